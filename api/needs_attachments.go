package api

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

// AttachmentView reads attachments.
type AttachmentView interface {
	Attachments(ctx context.Context, contract string, p Page) ([]Attachment, error)
	// AttachmentsOf lists those that have a digest: one for each organisation that sent it.
	AttachmentsOf(ctx context.Context, contract string, digest [32]byte) ([]Attachment, error)
	AttachmentBody(ctx context.Context, a Attachment) ([]byte, error)
	// AttachmentBytes is how many bytes of them an organisation has sent.
	AttachmentBytes(ctx context.Context, contract, organisation string) (int64, error)
	// MissingAttachments are in the order of the items that name them; Page.After is a sequence.
	MissingAttachments(ctx context.Context, contract string, p Page) ([]MissingAttachment, error)
}

// AttachmentTx keeps them.
type AttachmentTx interface {
	// AddAttachment reports whether it was new.
	AddAttachment(ctx context.Context, a Attachment, body []byte) (bool, error)
}
