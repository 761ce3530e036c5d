// Package importers turns what arrives into the vocabulary: it recognises the format of a file by
// its content, decodes it row by row, and says of every row what is wrong with it in Russian.
//
// It owns the catalogue of inbound formats, the contract of a decoder, encodings, and safe reading
// of text, workbooks and archives. Its subfolders own one subject each (tariffs, accounts,
// residents, readings, payments) and the Kafka stream. It does not own where files come from
// (remote), what happens to a record afterwards (pipeline), or any table (store).
package importers
