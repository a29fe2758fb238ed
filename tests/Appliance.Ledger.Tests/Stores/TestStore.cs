using Appliance.Storage;

namespace Appliance.Ledger.Tests.Stores;

/// <summary>A place for a store of a test's own: opened, closed and opened again, and edited behind its back.</summary>
internal abstract class TestStore : IDisposable
{
    /// <summary>Which one, for the messages of a failed test.</summary>
    public abstract string Name { get; }

    /// <summary>Opens the store that lies here; the caller closes it.</summary>
    public abstract Store Open(TimeProvider time);

    /// <summary>Changes the database behind the ledger's back, as somebody with access to it would.</summary>
    /// <param name="sql">Common SQL; bytes are written x'00ff'.</param>
    public abstract void Edit(string sql);

    /// <summary>The names of the audit trail's events, in the order in which they were committed.</summary>
    public abstract IReadOnlyList<string> EventsInCommitOrder();

    /// <summary>Removes what was stored.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
