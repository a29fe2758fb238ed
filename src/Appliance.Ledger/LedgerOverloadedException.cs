namespace Appliance.Ledger;

/// <summary>More work waits for the store than the limit allows. Nothing was done; retry later.</summary>
public sealed class LedgerOverloadedException : Exception
{
    internal LedgerOverloadedException()
        : base("More work waits for the store than its queue may hold. Nothing was done; retry later.")
    {
    }
}
