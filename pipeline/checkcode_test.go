package pipeline

import (
	"crypto/sha256"
	"strconv"
	"testing"
)

func TestCheckCode(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i := range 1000 {
		code := checkCode(sha256.Sum256([]byte(strconv.Itoa(i))))
		clean, ok := CleanCheckCode(code)
		if !ok || clean != code || len(code) != len("7319-5528-0467") || seen[code] {
			t.Fatalf("code %q is read as %q, %v; seen %v", code, clean, ok, seen[code])
		}
		seen[code] = true
	}
}

func TestCleanCheckCode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"7QM2-V4XK-9D": "7QM2-V4XK-9D", "7qm2v4xk9d": "7QM2-V4XK-9D", " 7QM2 V4XK 9D ": "7QM2-V4XK-9D",
		"7319-5528-0467": "7319-5528-0467", "7319 5528 0467": "7319-5528-0467", "73195528О467": "7319-5528-0467", "7319-5528-046": "",
		"OI1L-АВСЕ-НК": "0111-ABCE-HK", // look-alikes, the second half in Cyrillic
		"":             "", "7QM2-V4XK-9": "", "7QM2-V4XK-9D1": "", "7QM2-V4XK-9U": "", "7QM2-V4XK-9Ж": "",
	} {
		if got, ok := CleanCheckCode(typed); got != want || ok != (want != "") {
			t.Errorf("%q is read as %q, %v, want %q", typed, got, ok, want)
		}
	}
}
