using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>
/// A number that rises whenever a token may have ended before its time. Nodes that remember tokens read it, and
/// remember nothing that is older than its last change.
/// </summary>
public sealed class RevocationTable
{
    /// <summary>For the tables whose changes end tokens.</summary>
    internal const string RaiseEpoch = "UPDATE revocation SET epoch = epoch + 1 WHERE id = 1";

    private readonly Statement _raise;
    private readonly Statement _read;

    internal RevocationTable(SqlSession session)
    {
        _raise = session.Prepare(RaiseEpoch);
        _read = session.Prepare("SELECT epoch FROM revocation WHERE id = 1");
    }

    /// <summary>
    /// Says, in the transaction that is open, that tokens may have ended. Transactions that do so come one after the
    /// other: the row is locked until the commit.
    /// </summary>
    public void Raise() => _raise.Start().Execute();

    /// <summary>The number now.</summary>
    public long Read()
    {
        using var rows = _read.Start().Rows();
        return rows.Next() ? rows.Int64(0) : 0;
    }
}
