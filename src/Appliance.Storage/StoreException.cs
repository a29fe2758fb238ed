namespace Appliance.Storage;

/// <summary>The store refused or failed an operation.</summary>
public class StoreException : Exception
{
    /// <summary>Makes one from what the store said.</summary>
    public StoreException(StoreFailure failure, int code, string message)
        : base(message)
    {
        Failure = failure;
        Code = code;
    }

    /// <summary>Makes one with a cause.</summary>
    public StoreException(StoreFailure failure, string message, Exception inner)
        : base(message, inner) => Failure = failure;

    /// <summary>The kind of failure.</summary>
    public StoreFailure Failure { get; }

    /// <summary>
    /// True when the same work may well succeed in a moment: the store is away, or others were in the way.
    /// </summary>
    public bool IsTemporary
        => Failure is StoreFailure.Unavailable or StoreFailure.Conflict or StoreFailure.Busy or StoreFailure.Fenced;

    /// <summary>The extended SQLite result code; 0 when there is none.</summary>
    public int Code { get; }
}
