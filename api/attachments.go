package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"net/http"
	"regexp"

	"github.com/danielgtaylor/huma/v2"

	"outturn/api/client"
)

// Attachments: the documents that prove what items say. An item names one by its digest, in its source
// (sha256: and 64 letters), before or after it is sent; one that is named and not sent is missing, and is seen to be. They
// are kept as they came, handed out as they came, and never opened here.

const (
	attachmentBytesMax  = 16 << 20 // of one
	attachmentsBytesMax = 4 << 30  // of all that an organisation sends for one contract
	octets              = "application/octet-stream"
)

// OnAttachment names an attachment in a path.
type OnAttachment struct {
	OnContract
	Digest string `path:"digest" pattern:"^[0-9a-f]{64}$" maxLength:"64" doc:"SHA-256 of its bytes"`
}

func (s *Service) attachmentRoutes() {
	tags := []string{"evidence"}
	const base = "/v1/contracts/{contract}/attachments"
	body := &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{octets: {Schema: &huma.Schema{Type: "string", Format: "binary", Description: "The document, of whatever media type Content-Type says"}}}}
	acts(s, huma.Operation{OperationID: "send-attachment", Method: http.MethodPost, Path: base, Summary: "Send a document that items name as their proof, by its SHA-256", Tags: tags, DefaultStatus: http.StatusCreated,
		RequestBody: body, MaxBodyBytes: attachmentBytesMax, Metadata: map[string]any{"raw": true, "bulk": true, "also": http.StatusOK}}, s.sendAttachment)
	reads(s, huma.Operation{OperationID: "list-attachments", Method: http.MethodGet, Path: base, Summary: "List the documents that were sent: one's own, or all for payers and auditors", Tags: tags},
		func(ctx context.Context, v View, c *call, in *struct {
			OnContract
			Paged
		}) (client.List[client.Attachment], error) {
			return list(&in.Paged, func(p Page) ([]Attachment, error) {
				return visible(p, func(p Page) ([]Attachment, error) { return v.Attachments(ctx, in.Contract, p) }, func(a Attachment) bool { return c.mayRead(a.Organisation) })
			}, attachmentShape)
		})
	streams(s, huma.Operation{OperationID: "get-attachment", Method: http.MethodGet, Path: base + "/{digest}", Summary: "A document as it was sent, byte for byte", Tags: tags, Metadata: map[string]any{"bulk": true}}, octets,
		func(ctx context.Context, v View, c *call, in *OnAttachment, to *outlet) error {
			var digest [32]byte
			if n, err := hex.Decode(digest[:], []byte(in.Digest)); err != nil || n != len(digest) {
				return ErrUnknown
			}
			found, err := v.AttachmentsOf(ctx, in.Contract, digest)
			if err != nil {
				return err
			}
			for _, a := range found {
				if !c.mayRead(a.Organisation) {
					continue
				}
				if to.unchanged(`"` + in.Digest + `"`) {
					return nil
				}
				body, err := v.AttachmentBody(ctx, a)
				if err == nil {
					to.filename = in.Digest // whatever it is called, a browser is told to keep it and not to open it
					_, err = to.Write(body)
				}
				return err
			}
			return ErrUnknown
		})
	reads(s, huma.Operation{OperationID: "list-missing-attachments", Method: http.MethodGet, Path: "/v1/contracts/{contract}/missing-attachments", Summary: "List the items whose document was named and not sent", Tags: tags},
		func(ctx context.Context, v View, c *call, in *struct {
			OnContract
			Paged
		}) (client.List[client.MissingAttachment], error) {
			return list(&in.Paged, func(p Page) ([]MissingAttachment, error) {
				return visible(p, func(p Page) ([]MissingAttachment, error) { return v.MissingAttachments(ctx, in.Contract, p) }, func(m MissingAttachment) bool { return c.mayRead(m.Organisation) })
			}, missingAttachmentShape)
		})
}

func (s *Service) sendAttachment(ctx context.Context, tx Tx, c *call, in *struct {
	OnContract
	Name        string `query:"name" maxLength:"128" doc:"What the sender calls it"`
	SHA256      string `query:"sha256" maxLength:"64" doc:"What its SHA-256 must be, so that nothing else is kept by mistake"`
	ContentType string `header:"Content-Type"`
}) (made[client.Attachment], error) {
	var none made[client.Attachment]
	if what := Personal(in.Name); what != "" {
		return none, faulty(http.StatusUnprocessableEntity, "names of documents are kept", problemFault("name", "this looks like "+what, "call the document otherwise"))
	}
	if _, _, err := s.active(ctx, tx, in.Contract); err != nil {
		return none, err
	}
	if c.body.size == 0 {
		return none, refuse(http.StatusBadRequest, "the body is empty; send the document")
	}
	media, _, err := mime.ParseMediaType(in.ContentType)
	if err != nil {
		media = octets
	}
	body, err := c.body.bytes()
	if err != nil {
		return none, err
	}
	a := Attachment{Contract: in.Contract, Organisation: c.caller.Organisation, Person: c.caller.ID, Digest: sha256.Sum256(body), Name: in.Name, Media: media, Size: c.body.size, At: c.request.at}
	if in.SHA256 != "" && in.SHA256 != hexOf(a.Digest) {
		return none, faulty(http.StatusUnprocessableEntity, "this is another document than was meant",
			client.Fault{Parameter: "sha256", Found: hexOf(a.Digest), Expected: in.SHA256, Message: "the body has another SHA-256", Remedy: "send the document that was meant, whole"})
	}
	had, err := tx.AttachmentBytes(ctx, in.Contract, a.Organisation)
	if err != nil {
		return none, err
	}
	if had+a.Size > attachmentsBytesMax {
		return none, conflict("the documents of your organisation for this contract have %d bytes, and %d is the most", had, int64(attachmentsBytesMax))
	}
	status := http.StatusCreated
	added, err := tx.AddAttachment(ctx, a, body)
	if err != nil {
		return none, err
	}
	if !added {
		status = http.StatusOK
		found, err := tx.AttachmentsOf(ctx, in.Contract, a.Digest)
		if err != nil {
			return none, err
		}
		for _, one := range found {
			if one.Organisation == a.Organisation {
				a = one
			}
		}
	}
	return made[client.Attachment]{Body: attachmentShape(a), Status: status, Location: "/v1/contracts/" + in.Contract + "/attachments/" + hexOf(a.Digest), ETag: `"` + hexOf(a.Digest) + `"`}, nil
}

func (a Attachment) place() int64        { return a.Place }
func (m MissingAttachment) place() int64 { return m.Sequence }

func attachmentShape(a Attachment) client.Attachment {
	return client.Attachment{Digest: hexOf(a.Digest), Organisation: a.Organisation, Person: a.Person, Name: a.Name, Media: a.Media, Size: a.Size, At: a.At.UTC()}
}

func missingAttachmentShape(m MissingAttachment) client.MissingAttachment {
	return client.MissingAttachment{Digest: hexOf(m.Digest), Organisation: m.Organisation, Sequence: m.Sequence, Batch: m.Batch, Line: m.Line, Root: m.Root, UnitType: m.RootType, Kind: m.Kind}
}

var namedDigest = regexp.MustCompile(`sha256:([0-9a-f]{64})`)

// documentOf is the digest of the document that an item names, "" where it names none.
func documentOf(source string) string {
	if found := namedDigest.FindStringSubmatch(source); found != nil {
		return found[1]
	}
	return ""
}
