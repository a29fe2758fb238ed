using Appliance.Ledger;

namespace Appliance.Signing.SignHash;

/// <summary>What the ledger's decisions about bulk activations mean to a caller.</summary>
internal static class BulkStatus
{
    public static SigningStatus ToSigning(StagingStatus status) => status switch
    {
        StagingStatus.Ok => SigningStatus.Ok,
        StagingStatus.TooManyOpen => SigningStatus.BulkLimit,
        StagingStatus.OutOfRange => SigningStatus.BulkOutOfRange,
        StagingStatus.Conflict => SigningStatus.BulkConflict,
        StagingStatus.Incomplete => SigningStatus.BulkIncomplete,
        StagingStatus.DigestLength => SigningStatus.DigestLength,
        StagingStatus.DigestMismatch => SigningStatus.BulkDigestMismatch,
        StagingStatus.TooManyEqual => SigningStatus.BulkTooManyEqual,

        // Gone, expired, somebody else's and edited are one answer, so that nobody can probe.
        _ => SigningStatus.BulkUnknown,
    };
}
