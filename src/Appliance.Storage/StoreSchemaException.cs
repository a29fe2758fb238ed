using System.Globalization;

namespace Appliance.Storage;

/// <summary>The store was written by a newer release than this one.</summary>
public sealed class StoreSchemaException : StoreException
{
    internal StoreSchemaException(string path, long found, int known)
        : base(StoreFailure.Other, 0, Describe(path, found, known))
    {
        Found = found;
        Known = known;
    }

    /// <summary>The schema number in the file.</summary>
    public long Found { get; }

    /// <summary>The newest schema number that this binary knows.</summary>
    public int Known { get; }

    private static string Describe(string path, long found, int known) => string.Create(
        CultureInfo.InvariantCulture,
        $"The store '{path}' has schema {found}; this release knows schemas up to {known}. " +
        $"Run the release that wrote it, or a newer one.");
}
