namespace Appliance.Server.Csc;

/// <summary>
/// The API methods served: their paths after /csc/v1/ and /csc/v2/, and their names in info and audit.
/// </summary>
internal static class CscMethods
{
    public const string ServiceInfo = "info";
    public const string Login = "auth/login";
    public const string Revoke = "auth/revoke";
    public const string Token = "oauth2/token";
    public const string TokenRevoke = "oauth2/revoke";
    public const string List = "credentials/list";
    public const string Info = "credentials/info";
    public const string Authorize = "credentials/authorize";
    public const string Extend = "credentials/extendTransaction";
    public const string Check = "credentials/authorizeCheck";
    public const string Challenge = "credentials/getChallenge";
    public const string SendOtp = "credentials/sendOTP";
    public const string SignHash = "signatures/signHash";
    public const string ApprovalShow = "approvals/show";
    public const string ApprovalApprove = "approvals/approve";
    public const string ApprovalDeny = "approvals/deny";
    public const string ApprovalList = "approvals/list";
    public const string SignerProfiles = "signers/profiles";
    public const string SignerPackages = "signers/packages";
    public const string SignerHistory = "signers/history";
    public const string SignerLimit = "signers/limit";
    public const string SignerRestore = "signers/restore";
    public const string Timestamp = "signatures/timestamp";
    public const string Stamp = "timestamps/stamp";
    public const string StampBatch = "timestamps/batch";
    public const string BulkOpen = "bulk/activations/open";
    public const string BulkFill = "bulk/activations/fill";
    public const string BulkClose = "bulk/activations/close";
    public const string SlotsList = "slots/list";
    public const string SlotsWatch = "slots/watch";
    public const string SlotsDrain = "slots/drain";
    public const string SlotsResume = "slots/resume";
}
