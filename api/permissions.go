package api

// Who may do what: one table, which every operation must be in. An operation that is not here cannot be registered, and
// a test holds the table, the routes and the API's document against one another.

// The roles that people have. An organisation holds the last six on each contract by a grant; a person acts in a role
// where both have it.
const (
	RoleOperator       = "operator"        // looks after the service: organisations, people and keys, and no contract
	RoleAdministrator  = "administrator"   // looks after the people and keys of an own organisation
	RoleCommissioner   = "commissioner"    // drafts, signs and settles contracts, and pays
	RoleProvider       = "provider"        // sends evidence, and disputes lines
	RoleAuditor        = "auditor"         // reads everything of a contract, and changes nothing
	RoleVerifier       = "verifier"        // the payer's own records and the results of validation
	RoleEvaluator      = "evaluator"       // comparison data and certified figures
	RolePartnerFinance = "partner_finance" // in-kind accepted, savings cashed
)

// roles are all of them.
var roles = []string{RoleOperator, RoleAdministrator, RoleCommissioner, RoleProvider, RoleAuditor, RoleVerifier, RoleEvaluator, RolePartnerFinance}

// permission says who may do one operation.
type permission struct {
	open     bool     // nobody needs to be known
	anybody  bool     // everybody who is known
	roles    []string // whoever has one of these; on a contract, whose organisation holds it there too
	contract bool     // it is about a contract: the grant is looked at
}

// Those who may do things to contracts.
var (
	commissioners = []string{RoleCommissioner}
	providers     = []string{RoleProvider}
	senders       = []string{RoleProvider, RoleVerifier, RoleEvaluator, RolePartnerFinance, RoleCommissioner}
	parties       = []string{RoleCommissioner, RoleProvider, RoleAuditor}
	everyone      = []string{RoleCommissioner, RoleProvider, RoleAuditor, RoleVerifier, RoleEvaluator, RolePartnerFinance}
	payers        = []string{RoleCommissioner, RolePartnerFinance, RoleProvider} // each for its own party, where that one pays
	keepers       = []string{RoleOperator, RoleAdministrator}
	operators     = []string{RoleOperator}
	boards        = []string{RoleCommissioner, RoleProvider, RoleAuditor, RolePartnerFinance} // an officer's statement: each its own party's
	auditors      = []string{RoleCommissioner, RoleAuditor}
	validators    = []string{RoleVerifier, RoleCommissioner}
	evaluators    = []string{RoleEvaluator}
	partners      = []string{RolePartnerFinance}
	comparers     = []string{RoleCommissioner, RoleProvider, RoleAuditor, RoleEvaluator}
	reckoners     = []string{RoleCommissioner, RoleProvider, RoleAuditor, RolePartnerFinance} // see sums; the last sees no unit
)

// permissions is the table.
var permissions = map[string]permission{
	"health":       {open: true},
	"ready":        {open: true},
	"get-document": {open: true},
	"metrics":      {roles: operators},
	"who-am-i":     {anybody: true},

	"add-organisation":   {roles: operators},
	"list-organisations": {roles: operators},
	"get-organisation":   {roles: keepers},
	"add-person":         {roles: keepers},
	"list-people":        {roles: keepers},
	"set-person":         {roles: keepers},
	"add-key":            {roles: keepers},
	"list-keys":          {roles: keepers},
	"rotate-key":         {anybody: true}, // one's own; keepers rotate others'
	"revoke-key":         {anybody: true}, // likewise
	"list-own-audit":     {roles: keepers},

	"check-contract":           {roles: everyone},
	"add-contract":             {roles: commissioners},
	"list-contracts":           {roles: everyone},
	"get-contract":             {roles: everyone, contract: true},
	"list-grants":              {roles: auditors, contract: true},
	"add-grant":                {roles: commissioners, contract: true},
	"drop-grant":               {roles: commissioners, contract: true},
	"add-version":              {roles: commissioners, contract: true},
	"list-versions":            {roles: everyone, contract: true},
	"get-version":              {roles: everyone, contract: true},
	"get-contract-text":        {roles: everyone, contract: true},
	"write-draft":              {roles: commissioners, contract: true},
	"check-version":            {roles: everyone, contract: true},
	"compare-versions":         {roles: everyone, contract: true},
	"try-version":              {roles: commissioners, contract: true},
	"propose-version":          {roles: commissioners, contract: true},
	"sign-version":             {roles: payers, contract: true},
	"drop-version":             {roles: commissioners, contract: true},
	"activate-version":         {roles: commissioners, contract: true},
	"send-batch":               {roles: senders, contract: true},
	"list-batches":             {roles: everyone, contract: true},
	"get-batch":                {roles: everyone, contract: true},
	"list-items":               {roles: everyone, contract: true},
	"get-item":                 {roles: parties, contract: true},
	"list-missing":             {roles: parties, contract: true},
	"list-exclusions":          {roles: parties, contract: true},
	"send-attachment":          {roles: senders, contract: true},
	"list-attachments":         {roles: everyone, contract: true},
	"get-attachment":           {roles: everyone, contract: true},
	"list-missing-attachments": {roles: everyone, contract: true},
	"list-sources":             {roles: everyone, contract: true},
	"get-source":               {roles: everyone, contract: true},
	"list-source-files":        {roles: everyone, contract: true},
	"set-source":               {roles: senders, contract: true},
	"drop-source":              {roles: senders, contract: true},
	"list-runs":                {roles: parties, contract: true},
	"get-run":                  {roles: parties, contract: true},
	"get-run-statement":        {roles: parties, contract: true},
	"ask-run":                  {roles: commissioners, contract: true},
	"get-schedule":             {roles: reckoners, contract: true},
	"forecast":                 {roles: parties, contract: true},
	"preview-settlement":       {roles: parties, contract: true},
	"explain-preview":          {roles: parties, contract: true},
	"settle":                   {roles: commissioners, contract: true},
	"list-statements":          {roles: reckoners, contract: true},
	"get-statement":            {roles: reckoners, contract: true},
	"get-statement-head":       {roles: parties, contract: true},
	"get-statement-lines":      {roles: parties, contract: true},
	"explain-statement":        {roles: parties, contract: true},
	"sample-statement":         {roles: auditors, contract: true},
	"export-statement":         {roles: auditors, contract: true},
	"list-ledger":              {roles: reckoners, contract: true},
	"get-balances":             {roles: reckoners, contract: true},
	"list-payments":            {roles: reckoners, contract: true},
	"prepare-payment":          {roles: payers, contract: true},
	"release-payment":          {roles: payers, contract: true},
	"hold-payment":             {roles: payers, contract: true},
	"raise-dispute":            {roles: providers, contract: true},
	"list-disputes":            {roles: parties, contract: true},
	"get-dispute":              {roles: parties, contract: true},
	"answer-dispute":           {roles: commissioners, contract: true},
	"escalate-dispute":         {roles: providers, contract: true},
	"withdraw-dispute":         {roles: providers, contract: true},
	"send-validations":         {roles: validators, contract: true},
	"send-certified-figures":   {roles: evaluators, contract: true},
	"send-partner-figures":     {roles: partners, contract: true},
	"list-claims":              {roles: validators, contract: true},
	"get-comparisons":          {roles: comparers, contract: true},
	"get-savings":              {roles: parties, contract: true},
	"propose-override":         {roles: commissioners, contract: true},
	"list-overrides":           {roles: parties, contract: true},
	"get-override":             {roles: parties, contract: true},
	"sign-override":            {roles: payers, contract: true},
	"withdraw-override":        {roles: commissioners, contract: true},
	"list-audit":               {roles: auditors, contract: true},
	"get-board-report":         {roles: boards, contract: true},
	"get-officer-statement":    {roles: boards, contract: true},
	"send-tokens":              {roles: providers, contract: true},
}
