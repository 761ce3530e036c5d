package housing

// Ground is by what right a person claims an account.
type Ground string

// The grounds. An empty one was not told.
const (
	ByOwnership     Ground = "owner"
	ByTenancy       Ground = "tenant"
	BySocialTenancy Ground = "social_tenant"
	ByProxy         Ground = "representative" // by a power of attorney
)

// Russian names the ground in the words of the trade, "" where it was not told.
func (g Ground) Russian() string {
	switch g {
	case ByOwnership:
		return "собственник"
	case ByTenancy:
		return "наниматель"
	case BySocialTenancy:
		return "наниматель по договору социального найма"
	case ByProxy:
		return "представитель по доверенности"
	}
	return ""
}

// Origin is where a claim was made.
type Origin string

// The origins. An empty one was not told.
const (
	SelfRegistered Origin = "self"
	AtOffice       Origin = "office" // on a paper application
)

// Consent is what the co-owners said to a claim.
type Consent string

// The answers of co-owners. An empty one was not told.
const (
	ConsentGiven   Consent = "given"
	ConsentRefused Consent = "refused"
)

// Right is what a claim rests on.
type Right struct {
	Ground     Ground  `json:"ground,omitzero"`
	Proxy      string  `json:"proxy,omitzero"`       // number of the power of attorney
	ProxyUntil Date    `json:"proxy_until,omitzero"` // its last day
	Origin     Origin  `json:"origin,omitzero"`
	Consent    Consent `json:"consent,omitzero"`
}

// DataConsent is what a person said to the use of his data and to letters (152-ФЗ, ст. 9), dated: without it nothing
// is sent to him or given out. A consent taken back is ConsentRefused since that day. The zero value: nothing was said.
type DataConsent struct {
	Answer Consent `json:"answer,omitzero"`
	Since  Date    `json:"since,omitzero"`
}

// Expired reports whether the power of attorney that the claim rests on had ended before a day.
func (r Right) Expired(on Date) bool {
	return r.Ground == ByProxy && !r.ProxyUntil.IsZero() && r.ProxyUntil.Before(on)
}

// Russian tells the right to an operator, "" where nothing was told.
func (r Right) Russian() string {
	text := r.Ground.Russian()
	if r.Proxy != "" {
		text += " № " + r.Proxy
	}
	if !r.ProxyUntil.IsZero() {
		text += " до " + r.ProxyUntil.Russian()
	}
	return text
}
