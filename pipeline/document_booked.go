package pipeline

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/store"
)

// withBooked adds corrections of closed months to the charges of an account as a document shows them: in the
// column of corrections of their service.
func withBooked(charges []housing.Charge, booked []store.LedgerLine) []housing.Charge {
	if len(booked) == 0 {
		return charges
	}
	all := append(make([]housing.Charge, 0, len(charges)+len(booked)), charges...)
	for _, l := range booked {
		all = append(all, housing.Charge{Service: l.Service, Payee: l.Payee, Kind: housing.Correction, Amount: l.Amount})
	}
	return all
}

// bookedRecalculations are corrections of closed months with their grounds.
func bookedRecalculations(booked []store.LedgerLine) []housing.Recalculation {
	list := make([]housing.Recalculation, 0, len(booked))
	for _, l := range booked {
		ground := l.Reason
		if l.Document != "" {
			ground += ": " + l.Document
		}
		list = append(list, housing.Recalculation{Service: l.Service, Period: l.Month, Amount: l.Amount, Ground: ground})
	}
	return list
}
