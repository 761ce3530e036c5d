// Package readings owns the inbound file formats of meter readings and of volumes of house meters.
// It does not own readings that arrive as messages (importers/stream) nor whether a reading is
// plausible (pipeline): it checks the form of a row only.
package readings
