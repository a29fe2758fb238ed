using Appliance.Ledger;

namespace Appliance.Crash.Tests.Evidence;

/// <summary>What the audit trail says about one request that the appliance took on.</summary>
/// <param name="RequestId">The appliance's own id of it.</param>
/// <param name="Digest">Of its hashes.</param>
/// <param name="Count">How many hashes.</param>
/// <param name="CredentialId">Whose key.</param>
/// <param name="ActivationId">By whose leave.</param>
internal sealed record RequestTrace(Guid RequestId, string Digest, int Count, Guid CredentialId, Guid ActivationId)
{
    /// <summary>Done, released or spent; null while it is open.</summary>
    public AuditEvent? Outcome { get; set; }

    /// <summary>Spent by another node, and then signed all the same by the one that had reserved it.</summary>
    public bool IsLate { get; set; }

    /// <summary>Signed, as its run said that others took for dead.</summary>
    public bool IsOfTakenForDead { get; set; }

    /// <summary>Whether its hashes may have been signed.</summary>
    public bool Counts => Outcome != AuditEvent.SignHashReleased;
}
