package housing

// ReferenceKind says whose number an AccountReference is.
type ReferenceKind string

// The kinds of numbers.
const (
	LegacyNumber   ReferenceKind = "legacy"   // of the system used before
	SupplierNumber ReferenceKind = "supplier" // of a supplier of a resource
	SocialNumber   ReferenceKind = "social"   // of the authority of social protection
)

// AccountReference is a number under which another organisation knows an account. By it a registry that
// names the account otherwise is matched.
type AccountReference struct {
	Account string        `json:"account"` // our number
	Kind    ReferenceKind `json:"kind"`
	Number  string        `json:"number"`
	Source  Source        `json:"source,omitzero"`
}
