package office

import (
	"sync"
	"time"
)

// throttle counts failed sign-ins and makes whoever fails too often wait. One count is of a name from one
// address, so that a stranger elsewhere locks nobody out; larger ones are of an address and of a name.
type throttle struct {
	now   func() time.Time
	mutex sync.Mutex
	fails map[string]*failures
}

type failures struct {
	count int
	last  time.Time
	until time.Time
}

const (
	perNameAndAddress = 5
	perAddress        = 30
	perName           = 100
	firstWait         = 30 * time.Second
	longestWait       = 15 * time.Minute
	forgetAfter       = time.Hour
	maxFailures       = 10_000 // entries; past them the oldest are forgotten
)

type failureKey struct {
	text  string
	limit int
}

func failureKeys(name, address string) []failureKey {
	if len(name) > maxName {
		name = name[:maxName]
	}
	return []failureKey{
		{"both\x00" + name + "\x00" + address, perNameAndAddress}, {"address\x00" + address, perAddress}, {"name\x00" + name, perName},
	}
}

// wait returns how long the next attempt has to wait; zero: none.
func (t *throttle) wait(name, address string) time.Duration {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var longest time.Duration
	for _, key := range failureKeys(name, address) {
		if f := t.fails[key.text]; f != nil {
			longest = max(longest, f.until.Sub(t.now()))
		}
	}
	return longest
}

// failed counts a failure.
func (t *throttle) failed(name, address string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	now := t.now()
	if t.fails == nil {
		t.fails = map[string]*failures{}
	}
	if len(t.fails) >= maxFailures {
		t.forget(now)
	}
	for _, key := range failureKeys(name, address) {
		f := t.fails[key.text]
		if f == nil || now.Sub(f.last) > forgetAfter {
			f = &failures{}
			t.fails[key.text] = f
		}
		f.count++
		f.last = now
		if over := f.count - key.limit; over >= 0 {
			f.until = now.Add(min(firstWait<<min(over, 10), longestWait))
		}
	}
}

// succeeded forgets the failures of a name from an address.
func (t *throttle) succeeded(name, address string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.fails, failureKeys(name, address)[0].text)
}

// forget drops what is over; where that is not enough, the oldest half.
func (t *throttle) forget(now time.Time) {
	for _, age := range []time.Duration{forgetAfter, longestWait, 0} {
		for key, f := range t.fails {
			if now.Sub(f.last) >= age && now.After(f.until) {
				delete(t.fails, key)
			}
		}
		if len(t.fails) < maxFailures/2 {
			return
		}
	}
}
