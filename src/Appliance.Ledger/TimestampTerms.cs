using Appliance.Storage;

namespace Appliance.Ledger;

/// <summary>
/// What a time stamp costs, where it costs anything or not everybody may have it. One object serves one request: it
/// remembers what was taken, to give it back where there is no time stamp after all.
/// </summary>
public sealed class TimestampTerms
{
    private const long Day = 86_400_000;

    private readonly Packages _packages;
    private readonly TimestampClaim _claim;
    private SignatureDigestRow? _covered;
    private Guid? _package;
    private long? _countedOn;

    /// <summary>Makes those of one request.</summary>
    /// <param name="packages">The transactions that were paid for.</param>
    /// <param name="claim">Who asks.</param>
    public TimestampTerms(Packages packages, TimestampClaim claim)
    {
        ArgumentNullException.ThrowIfNull(packages);
        ArgumentNullException.ThrowIfNull(claim);
        _packages = packages;
        _claim = claim;
    }

    /// <summary>Who pays; stands when the intent is durable.</summary>
    public TimestampTaking Taking { get; private set; }

    /// <summary>
    /// Whether something is counted: then it is one connection's, for others would wait for the same rows.
    /// </summary>
    internal bool Counts => _claim.SignerId is not null || _claim.HasQuota;

    /// <summary>Names the rows that are looked at before anything is decided.</summary>
    internal void Announce(StoreKeys keys)
    {
        if (_claim.ClientId is { } client)
        {
            keys.AddClient(client);
            if (_claim.HasQuota)
            {
                keys.AddTimestampQuota(client);
            }
        }

        if (_claim.SignerId is { } signer)
        {
            keys.AddSignerState(signer);
        }
    }

    /// <summary>Names the rows to which something is given back.</summary>
    internal void AnnounceReturn(StoreKeys keys)
    {
        if (_package is { } package)
        {
            keys.AddPackage(package);
        }

        if (_countedOn is not null)
        {
            keys.AddTimestampQuota(_claim.ClientId!.Value);
        }
    }

    /// <summary>
    /// Decides and takes, in the transaction of the intent: 1 what an earlier run took was undone with it; 2 whether
    /// client and signer may have one; 3 the day's count; 4 who pays. A refusal has taken nothing.
    /// </summary>
    internal TimestampRefusal Take(StoreConnection store, in AuditRecord intent)
    {
        // 1
        (_covered, _package, _countedOn) = (null, null, null);
        Taking = TimestampTaking.NotMetered;

        // 2
        var standing = _claim.Standing(store);
        if (standing.Refusal != TimestampRefusal.None)
        {
            return standing.Refusal;
        }

        // 3
        if (standing.PerDay > 0 && _claim.ClientId is { } client)
        {
            if (!store.TimestampQuotas.TryTake(client, intent.At / Day, standing.PerDay, out var counted))
            {
                return TimestampRefusal.QuotaExceeded;
            }

            _countedOn = counted;
        }

        // 4
        var refusal = Charge(store, intent);
        if (refusal != TimestampRefusal.None)
        {
            ReturnCount(store);
            _countedOn = null;
        }

        return refusal;
    }

    /// <summary>
    /// Gives back what was taken, in the transaction that records that there is no time stamp; may run again after a
    /// rollback.
    /// </summary>
    internal void Return(StoreConnection store)
    {
        if (_covered is { } signature)
        {
            store.SignatureDigests.Insert(signature);
        }

        if (_package is { } package)
        {
            store.Packages.GiveBack(package, 1);
        }

        ReturnCount(store);
    }

    private TimestampRefusal Charge(StoreConnection store, in AuditRecord intent)
    {
        if (_claim.SignerId is { } signer)
        {
            Taking = _packages.TakeTimestamp(store, _claim, signer, intent, out _covered, out _package);
        }

        return Taking switch
        {
            TimestampTaking.Exhausted => TimestampRefusal.PackageExhausted,
            TimestampTaking.NotMetered when _claim.RequireTransaction => TimestampRefusal.NoTransaction,
            _ => TimestampRefusal.None,
        };
    }

    private void ReturnCount(StoreConnection store)
    {
        if (_countedOn is { } day)
        {
            store.TimestampQuotas.GiveBack(_claim.ClientId!.Value, day);
        }
    }
}
