// Package zips opens ZIP archives in which a partner has sent several files, and hands out each as a file of its own.
//
// It owns what an archive may cost and may do: how many files, how deep archives lie in each other, how large they unpack, names that
// lead out of a folder, names in cp866. It does not own what is in the files, where they are kept and who is answered: those belong to
// importers and the pipeline. Workbooks and office documents are archives too, and are left alone; so is an archive that holds one
// table of dBase or one message alone, which importers.Unwrap reads as that file.
package zips
