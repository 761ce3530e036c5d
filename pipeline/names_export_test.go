package pipeline

// SubjectTitle and FieldTitle are how rehearsals and traces name tables and columns.
var (
	SubjectTitle = subjectTitle //nolint:gochecknoglobals // for tests
	FieldTitle   = fieldTitle   //nolint:gochecknoglobals // for tests
)
