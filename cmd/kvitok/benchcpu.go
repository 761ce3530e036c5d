package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/kvitok-gkh/kvitok/store"
)

// cpuMeter tells the processor time of this process and of a PostgreSQL on the same machine. Seconds of
// a clock depend on what else the machine does, those of the processor hardly do.
type cpuMeter struct{ postmaster int }

// newCPUMeter finds the server by the process of one of its sessions.
func newCPUMeter(ctx context.Context, s *store.Store) cpuMeter {
	var backend int
	if err := s.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return cpuMeter{}
	}
	stat, ok := processStat(strconv.Itoa(backend))
	if !ok || !strings.HasPrefix(stat.name, "postgres") {
		return cpuMeter{}
	}
	return cpuMeter{postmaster: stat.parent}
}

// seconds are those used so far; the server's are 0 where it runs elsewhere.
func (m cpuMeter) seconds() (own, server float64) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err == nil {
		const micro = 1e6
		own = float64(usage.Utime.Sec+usage.Stime.Sec) + float64(usage.Utime.Usec+usage.Stime.Usec)/micro
	}
	if m.postmaster == 0 {
		return own, 0
	}
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, path := range processes {
		id := filepath.Base(path)
		stat, ok := processStat(id)
		switch {
		case !ok:
		case id == strconv.Itoa(m.postmaster):
			server += stat.own + stat.children // sessions that have ended
		case stat.parent == m.postmaster:
			server += stat.own
		}
	}
	return own, server
}

type procStat struct {
	name          string
	parent        int
	own, children float64 // seconds of user and system
}

// processStat reads /proc/PID/stat (proc(5)); not ok where there is none.
func processStat(id string) (s procStat, ok bool) {
	text, err := os.ReadFile(filepath.Join("/proc", id, "stat")) //nolint:gosec // a process of /proc
	if err != nil {
		return s, false
	}
	open, end := strings.IndexByte(string(text), '('), strings.LastIndexByte(string(text), ')')
	if open < 0 || end < open {
		return s, false
	}
	const parent, utime, stime, cutime, cstime, count = 1, 11, 12, 13, 14, 15 // of the fields after the name
	fields := strings.Fields(string(text[end+1:]))
	if len(fields) < count {
		return s, false
	}
	const ticks = 100 // a second, on every Linux
	second := func(at int) float64 {
		n, _ := strconv.ParseInt(fields[at], 10, 64)
		return float64(n) / ticks
	}
	s.name = string(text[open+1 : end])
	s.parent, _ = strconv.Atoi(fields[parent])
	s.own, s.children = second(utime)+second(stime), second(cutime)+second(cstime)
	return s, true
}
