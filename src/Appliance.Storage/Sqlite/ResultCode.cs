namespace Appliance.Storage.Sqlite;

/// <summary>Primary result codes of sqlite3.h (the low byte of an extended code).</summary>
internal static class ResultCode
{
    public const int Ok = 0;
    public const int Busy = 5;
    public const int Locked = 6;
    public const int NoMemory = 7;
    public const int ReadOnly = 8;
    public const int IoError = 10;
    public const int Corrupt = 11;
    public const int Full = 13;
    public const int CannotOpen = 14;
    public const int Constraint = 19;
    public const int NotADatabase = 26;
    public const int Row = 100;
    public const int Done = 101;

    public static StoreFailure Classify(int code) => (code & 0xFF) switch
    {
        Constraint => StoreFailure.Constraint,
        Busy or Locked => StoreFailure.Busy,
        Full => StoreFailure.Full,
        IoError or CannotOpen => StoreFailure.Io,
        Corrupt or NotADatabase => StoreFailure.Corrupt,
        ReadOnly => StoreFailure.ReadOnly,
        _ => StoreFailure.Other,
    };
}
