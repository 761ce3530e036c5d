package pipeline

import "github.com/kvitok-gkh/kvitok/pipeline/matching"

// rememberedKeys bounds how many addresses of a file are remembered.
const rememberedKeys = 4096

// houseKeys makes the keys by which addresses of houses are compared and remembers them: the hundred accounts of a house
// stand together in a file, and reading an address costs more than all else that is done with its row here.
type houseKeys map[string]string

func (k *houseKeys) of(address string) string {
	if key, known := (*k)[address]; known {
		return key
	}
	if *k == nil || len(*k) == rememberedKeys {
		*k = houseKeys{}
	}
	key := matching.HouseKey(address)
	(*k)[address] = key
	return key
}
