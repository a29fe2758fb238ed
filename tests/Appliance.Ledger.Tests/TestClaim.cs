using Appliance.Storage;

namespace Appliance.Ledger.Tests;

/// <summary>Who asks for a time stamp over what.</summary>
internal sealed record TestClaim(byte[] Imprint)
{
    public Guid? SignerId { get; init; }

    public Guid? ClientId { get; init; }

    public Func<StoreConnection, TimestampStanding> Standing { get; init; }
        = static _ => new TimestampStanding(TimestampRefusal.None);

    public required Func<StoreConnection, IReadOnlyList<Guid>> Credentials { get; init; }

    public ImprintAlgorithm Algorithm { get; init; }

    public bool RequireTransaction { get; init; }

    public bool HasQuota { get; init; }

    public TimestampTerms On(Packages packages) => new(packages, new TimestampClaim
    {
        SignerId = SignerId,
        ClientId = ClientId,
        Standing = Standing,
        Credentials = Credentials,
        Algorithm = Algorithm,
        RequireTransaction = RequireTransaction,
        HasQuota = HasQuota,
    });
}
