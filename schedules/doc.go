// Package schedules is when things happen: gocron ticks poke planners, and planners decide what is
// due. It owns the calendar of the run, the windows, and which of several processes takes one. It
// does not own the work itself (pipeline), nor HTTP and signals (cmd).
//
// A tick is a hint only. The planner computes all windows since the last one taken, so a missed tick
// costs nothing; a window is a unique row, written by the transaction that lasts as long as its work,
// so a doubled tick, a clock change or a second process does nothing twice, and a process killed in
// the middle gives the window back.
package schedules
