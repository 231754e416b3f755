package service

import (
	"context"

	"outturn/api"
	"outturn/engine/store"
)

func (w view) Attachments(ctx context.Context, contract string, p api.Page) ([]api.Attachment, error) {
	list, err := w.v.Attachments(ctx, contract, store.Page(p))
	return each(list, err, func(a store.Attachment) api.Attachment { return api.Attachment(a) })
}

func (w view) AttachmentsOf(ctx context.Context, contract string, digest [32]byte) ([]api.Attachment, error) {
	list, err := w.v.AttachmentsOf(ctx, contract, digest)
	return each(list, err, func(a store.Attachment) api.Attachment { return api.Attachment(a) })
}

func (w view) AttachmentBody(ctx context.Context, a api.Attachment) ([]byte, error) {
	body, err := w.v.AttachmentBody(ctx, store.Attachment(a))
	return body, told(err)
}

func (w view) AttachmentBytes(ctx context.Context, contract, organisation string) (int64, error) {
	n, err := w.v.AttachmentBytes(ctx, contract, organisation)
	return n, told(err)
}

func (w view) MissingAttachments(ctx context.Context, contract string, p api.Page) ([]api.MissingAttachment, error) {
	list, err := w.v.MissingAttachments(ctx, contract, store.Page(p))
	return each(list, err, func(m store.MissingAttachment) api.MissingAttachment { return api.MissingAttachment(m) })
}

func (x tx) AddAttachment(ctx context.Context, a api.Attachment, body []byte) (bool, error) {
	added, err := x.t.AddAttachment(ctx, store.Attachment(a), body)
	return added, told(err)
}
