// Package mail is e-mail as a place where files are exchanged: attachments are taken from an IMAP mailbox (Mailbox, a
// remote.Source), files are sent by SMTP (Sender, a remote.Sender).
//
// It owns which mails are looked at, the names of their attachments, the repetition of a mail (by its Message-ID), when a mail is
// marked as read, and the mails that carry our files. It does not own what is in the files, archives among them, nor who may see
// them: encryption is remote/pgp.
package mail
