namespace Appliance.Storage;

/// <summary>A chain of audit records: what one connection wrote in one run of its node.</summary>
/// <param name="Id">Its number; numbers only grow. 0 is what was written before there were chains.</param>
/// <param name="Node">The node's name; empty for a command that opened the store itself.</param>
/// <param name="Incarnation">The run; 0 for a command.</param>
/// <param name="Lane">Which of the run's connections, from 0.</param>
/// <param name="Writer">The connection's row in a store that nodes share; else 0.</param>
/// <param name="OpenedAt">Unix milliseconds.</param>
/// <param name="ClosedAt">Unix milliseconds; null while records may be added.</param>
/// <param name="Length">Records, once it is closed.</param>
/// <param name="Head">The last record's hash, once it is closed; null for chain 0.</param>
/// <param name="Sealed">The seal that covers it closed; a hint.</param>
public sealed record AuditChainRow(
    long Id,
    string Node,
    long Incarnation,
    long Lane,
    long Writer,
    long OpenedAt,
    long? ClosedAt = null,
    long? Length = null,
    byte[]? Head = null,
    long? Sealed = null);
