using System.Globalization;

namespace Appliance.Storage;

/// <summary>Another process owns the store: one SQLite store has one owner.</summary>
public sealed class StoreLockedException : StoreException
{
    internal StoreLockedException(string path, int? ownerProcessId)
        : base(StoreFailure.Busy, 0, Describe(path, ownerProcessId)) => OwnerProcessId = ownerProcessId;

    /// <summary>The owner's process id; null when it could not be read.</summary>
    public int? OwnerProcessId { get; }

    private static string Describe(string path, int? owner)
    {
        var who = owner is { } pid ? string.Create(CultureInfo.InvariantCulture, $"process {pid}") : "another process";
        return $"The store '{path}' is in use by {who}. Stop it first, or point this command at another store.";
    }
}
