namespace Appliance.Durability.Tests.Recordings;

/// <summary>The kinds of tests/durability/record.c, by its numbers.</summary>
internal enum OperationKind
{
    Create = 1,
    MakeFolder,
    Write,
    Resize,
    SyncBegin,
    SyncEnd,
    Unlink,
    Rename,
    Mark,
}
