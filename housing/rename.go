package housing

// StreetRename is a street that bears another name since a day.
type StreetRename struct {
	Was    string `json:"was"` // as in addresses: «ул. Ленина», with the town where several have such a street
	Now    string `json:"now"`
	Since  Date   `json:"since"`
	Source Source `json:"source,omitzero"`
}
