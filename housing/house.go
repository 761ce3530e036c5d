package housing

// HouseKind tells a block of flats from a private house.
type HouseKind string

// The kinds of houses.
const (
	BlockOfFlats HouseKind = "block"   // многоквартирный дом
	PrivateHouse HouseKind = "private" // жилой дом
)

// House (дом) is a building with its facts that charging needs. Areas are in m².
type House struct {
	ID      int64     `json:"id,omitzero"`
	Address string    `json:"address"`         // as printed: "г. Примерск, ул. Садовая, д. 5"
	Key     string    `json:"-"`               // normalised address: what addresses are compared by
	FIAS    string    `json:"fias,omitzero"`   // house GUID of ГАР/ФИАС
	Kind    HouseKind `json:"kind"`            //
	Area    Decimal   `json:"area,omitzero"`   // all premises, residential and not (Sоб)
	Common  Decimal   `json:"common,omitzero"` // common property (Sои)
	People  int       `json:"people,omitzero"` // charged in the whole house
	Source  Source    `json:"source,omitzero"`

	Manager Manager `json:"manager,omitzero"`
}

// PremisesKind tells what the premises are used for.
type PremisesKind string

// The kinds of premises.
const (
	Flat           PremisesKind = "flat"
	Room           PremisesKind = "room" // a room of a communal flat
	WholeHouse     PremisesKind = "house"
	NonResidential PremisesKind = "nonresidential"
)

// Premises (помещение) is what an account is for.
type Premises struct {
	ID   int64        `json:"id,omitzero"`
	Flat string       `json:"flat,omitzero"` // "45а"; empty for a whole house
	Room string       `json:"room,omitzero"`
	Kind PremisesKind `json:"kind"`
}

// Title returns "кв. 45а, ком. 2", "пом. 3", or "" for a whole house.
func (p Premises) Title() string {
	if p.Flat == "" {
		return ""
	}
	title := "кв. " + p.Flat
	if p.Kind == NonResidential {
		title = "пом. " + p.Flat
	}
	if p.Room != "" {
		title += ", ком. " + p.Room
	}
	return title
}
