package office

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"sync"
	"time"
)

// sessions are who is signed in. They live in memory: a restart signs everybody out. Only digests of the
// cookies are kept.
type sessions struct {
	now           func() time.Time
	idle, longest time.Duration
	mutex         sync.Mutex
	open          map[[sha256.Size]byte]*session
}

// session is one browser signed in.
type session struct {
	user    User
	token   string // of its forms
	address string
	since   time.Time
	seen    time.Time
}

// maxSessions bounds the browsers of one user; the one not seen longest is signed out.
const maxSessions = 10

func secret() string {
	var bytes [32]byte
	_, _ = rand.Read(bytes[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(bytes[:])
}

// begin signs a user in and returns the cookie.
func (s *sessions) begin(user User, address string) (cookie string) {
	cookie = secret()
	now := s.now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.open == nil {
		s.open = map[[sha256.Size]byte]*session{}
	}
	var own int
	var oldest [sha256.Size]byte
	for key, other := range s.open {
		if s.over(other, now) {
			delete(s.open, key)
			continue
		}
		if other.user.Name == user.Name {
			if own++; own == 1 || other.seen.Before(s.open[oldest].seen) {
				oldest = key
			}
		}
	}
	if own >= maxSessions {
		delete(s.open, oldest)
	}
	s.open[sha256.Sum256([]byte(cookie))] = &session{user: user, token: secret(), address: address, since: now, seen: now}
	return cookie
}

// find returns the session of a cookie.
func (s *sessions) find(cookie string) (session, bool) {
	key, now := sha256.Sum256([]byte(cookie)), s.now()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found := s.open[key]
	if found == nil {
		return session{}, false
	}
	if s.over(found, now) {
		delete(s.open, key)
		return session{}, false
	}
	found.seen = now
	return *found, true
}

func (s *sessions) end(cookie string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.open, sha256.Sum256([]byte(cookie)))
}

func (s *sessions) over(o *session, now time.Time) bool {
	return now.Sub(o.seen) > s.idle || now.Sub(o.since) > s.longest
}

// sent says whether a form carries the token of the session.
func (s session) sent(token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1
}
