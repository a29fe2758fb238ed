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

    /// <summary>The extended SQLite result code; 0 when there is none.</summary>
    public int Code { get; }
}
