using Appliance.Storage;

namespace Appliance.Signing.Approving;

/// <summary>An approval before it is stored, with what only the client and the signer are told.</summary>
internal sealed class ApprovalDraft
{
    public required ApprovalRow Row { get; init; }

    public required ApprovalContent Content { get; init; }

    public required string Handle { get; init; }

    public required string Link { get; init; }
}
