// Package receipts draws payment documents (платёжные документы) as PDF: one file per account, or
// one print file per house.
//
// It owns how a receipt looks, its fonts, where tables break and what its payment codes say. It does
// not own the sums on it, which receipts get issued, nor where the files go.
//
//	Printer.Single, Printer.Book
//	  layout           the sections of one document from top to bottom, page breaks
//	    table          columns, wrapping, breaking
//	      canvas       text and lines in points; what the fonts lack
//	        pdf        the file: fonts embedded once by gopdf, pages
//
// Equal documents give equal bytes: the file's date is the last day of the billing month.
package receipts
