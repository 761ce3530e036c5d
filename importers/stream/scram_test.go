package stream

import (
	"errors"
	"testing"
)

// The exchange of RFC 7677, section 3.
func rfcExchange(t *testing.T) *scramExchange {
	t.Helper()
	m := newSCRAM(Security{Mechanism: mechanismSCRAM256, Username: "user", Password: "pencil"})
	m.nonce = "rOprNGfwEbeRWgbNEkqO"
	machine, first, err := m.Start(t.Context())
	if err != nil || string(first) != "n,,n=user,r=rOprNGfwEbeRWgbNEkqO" {
		t.Fatalf("Start = %s, %v", first, err)
	}
	e, ok := machine.(*scramExchange)
	if !ok {
		t.Fatalf("Start gave a %T", machine)
	}
	return e
}

const (
	rfcServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
	rfcClientFinal = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
	rfcServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
)

func TestSCRAMExchangeOfTheRFC(t *testing.T) {
	t.Parallel()
	e := rfcExchange(t)
	done, final, err := e.Next(t.Context(), []byte(rfcServerFirst))
	if err != nil || done || string(final) != rfcClientFinal {
		t.Fatalf("Next = %v, %s, %v; want %s", done, final, err, rfcClientFinal)
	}
	if done, _, err = e.Next(t.Context(), []byte(rfcServerFinal)); err != nil || !done {
		t.Fatalf("Next = %v, %v; want done", done, err)
	}
}

func TestSCRAMRefusesAWrongServer(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"empty":             {""},
		"another nonce":     {"r=other%hvYDpWUa2RaTCAfuxFIlj,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"},
		"only our nonce":    {"r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"},
		"few rounds":        {"r=rOprNGfwEbeRWgbNEkqO%h,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1"},
		"endless rounds":    {"r=rOprNGfwEbeRWgbNEkqO%h,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000"},
		"salt":              {"r=rOprNGfwEbeRWgbNEkqO%h,s=!,i=4096"},
		"signature":         {rfcServerFirst, "v=AAAA"},
		"error of server":   {rfcServerFirst, "e=invalid-proof"},
		"nothing in return": {rfcServerFirst, ""},
	}
	for name, challenges := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := rfcExchange(t)
			var err error
			for _, c := range challenges {
				_, _, err = e.Next(t.Context(), []byte(c))
			}
			if !errors.Is(err, errSCRAM) {
				t.Errorf("error = %v; want %v", err, errSCRAM)
			}
		})
	}
}
