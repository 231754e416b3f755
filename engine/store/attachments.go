package store

import (
	"context"
	"time"
)

// Attachment is a document that proves what items say, as an organisation sent it.
type Attachment struct {
	Place                          int64
	Contract, Organisation, Person string
	Digest                         [32]byte // SHA-256
	Name, Media                    string   // what the sender calls it, and says that it is
	Size                           int64
	At                             time.Time
}

const attachmentColumns = "place, contract, organisation, person, digest, name, media, size, at"

// MissingAttachment is a document that an item names and that its sender has not sent.
type MissingAttachment struct {
	Sequence       int64 // of the item
	Organisation   string
	Batch          string
	Line           int
	Root, RootType string
	Kind           string
	Digest         [32]byte
}

// Attachments lists the documents of a contract, in the order in which they came.
func (v *View) Attachments(ctx context.Context, contract string, p Page) ([]Attachment, error) {
	return collect[Attachment](ctx, v, "select "+attachmentColumns+" from attachments where contract = $1 and place > $2 order by place limit $3", contract, p.After, p.Limit)
}

// AttachmentsOf lists those that have a digest: one for each organisation that sent it.
func (v *View) AttachmentsOf(ctx context.Context, contract string, digest [32]byte) ([]Attachment, error) {
	return collect[Attachment](ctx, v, "select "+attachmentColumns+" from attachments where contract = $1 and digest = $2 order by place", contract, digest[:])
}

// AttachmentBody is a document as it came.
func (v *View) AttachmentBody(ctx context.Context, a Attachment) (body []byte, err error) {
	err = v.tx.QueryRow(ctx, "select body from attachments where contract = $1 and organisation = $2 and digest = $3", a.Contract, a.Organisation, a.Digest[:]).Scan(&body)
	return body, told(err)
}

// AttachmentBytes is how many bytes of documents an organisation has sent for a contract.
func (v *View) AttachmentBytes(ctx context.Context, contract, organisation string) (n int64, err error) {
	err = v.tx.QueryRow(ctx, "select coalesce(sum(size), 0) from attachments where contract = $1 and organisation = $2", contract, organisation).Scan(&n)
	return n, told(err)
}

// AddAttachment keeps a document, and reports whether it was new: the same bytes are kept once for each organisation.
func (tx *Tx) AddAttachment(ctx context.Context, a Attachment, body []byte) (bool, error) {
	tag, err := tx.tx.Exec(ctx, `insert into attachments (contract, organisation, digest, person, name, media, size, body, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (contract, organisation, digest) do nothing`,
		a.Contract, a.Organisation, a.Digest[:], a.Person, a.Name, a.Media, a.Size, body, a.At)
	return tag.RowsAffected() == 1, told(err)
}

// MissingAttachments lists the documents that items after a sequence name and that their senders have not sent.
func (v *View) MissingAttachments(ctx context.Context, contract string, p Page) ([]MissingAttachment, error) {
	return collect[MissingAttachment](ctx, v, `select i.sequence, b.organisation, i.batch, i.line, i.root_key as root, i.root_type, coalesce(i.kind, '') as kind, decode(n.digest, 'hex') as digest
		from items i join batches b on b.contract = i.contract and b.id = i.batch,
			lateral (select substring(i.source from 'sha256:([0-9a-f]{64})')) n (digest)
		where i.contract = $1 and i.sequence > $2 and i.source like '%sha256:%' and n.digest is not null
			and not exists (select from attachments a where a.contract = i.contract and a.organisation = b.organisation and a.digest = decode(n.digest, 'hex'))
		order by i.sequence limit $3`, contract, p.After, p.Limit)
}
