// Package remote moves whole files between Kvitok and a place of a partner: a folder, an FTP or SFTP server, mail.
//
// It owns the port (Driver), the kinds of errors a place can answer with, and Place, the concrete type
// that carries everything which must hold for every place: half-written files are left alone, a
// download is good only when its size is the listed size, an upload becomes visible under its name only
// when it is complete, a lost connection is retried with back-off, and the original goes only when the
// caller says that its copy is safe. Drivers stay dumb: one call, one attempt.
//
// It does not own what is in the files, when a place is visited, where a copy is archived, or the record
// of what was taken and delivered: those belong to importers, exporters, schedules and the pipeline.
//
// The life of an incoming file:
//
//	listed ──(same size and time in a later poll)──> ready ──Fetch──> copied ──commit──> Done: removed
//	   │                                                │                                   │
//	   └ temporary name, still growing: not reported    └ changed meanwhile: ErrChanged <───┘
//
// The life of an outgoing file:
//
//	name.part uploaded ──size verified──> renamed to name ──size verified──> delivered
//	      ▲                                    │
//	      └── any attempt starts from zero     └ reply lost: ask whether name.part is still there
package remote
