// Package office is the page from which accountants download their reports with a browser: sign in, choose
// the company, the month and the report, wait, download. It is served by kvitok serve where the
// configuration has a section office.
//
// It owns sign-in (config.go, password.go, throttle.go, session.go), the desk at which reports are ordered
// and made in the background (desk.go), and the pages (server.go, pages.go, pages/). It does not own what
// a report says (exporters/reports), how it is made (pipeline) nor the journal (store). It stands on floor 5
// beside schedules: both ask the pipeline for work and know nothing of each other.
//
// Nothing on a page comes from elsewhere; everything works without JavaScript, which only makes the
// progress move without a reload.
package office
