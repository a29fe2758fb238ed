namespace Appliance.Ledger.Tests.Contract;

/// <summary>What the ledger promises beyond that over a store that several nodes share.</summary>
public abstract class SharedLedgerContract : LedgerContract
{
}
