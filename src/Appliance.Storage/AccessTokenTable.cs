using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The tokens that Identity issued.</summary>
public sealed class AccessTokenTable
{
    private const string Columns = "hash, kind, signer_id, client_id, grant_id, expires_at, revoked";

    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _revoke;
    private readonly Statement _revokeGrant;
    private readonly Statement _revokeSigner;
    private readonly Statement _revokeClient;
    private readonly Statement _raiseEpoch;
    private readonly Statement _deleteExpired;

    internal AccessTokenTable(SqlSession session)
    {
        _insert = session.Prepare($"INSERT INTO access_token ({Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _find = session.Prepare($"SELECT {Columns} FROM access_token WHERE hash = ?1");
        _revoke = session.Prepare("UPDATE access_token SET revoked = 1 WHERE hash = ?1 AND revoked = 0");
        _revokeGrant = session.Prepare("UPDATE access_token SET revoked = 1 WHERE grant_id = ?1 AND revoked = 0");
        _revokeSigner = session.Prepare("UPDATE access_token SET revoked = 1 WHERE signer_id = ?1 AND revoked = 0");
        _revokeClient = session.Prepare("UPDATE access_token SET revoked = 1 WHERE client_id = ?1 AND revoked = 0");
        _raiseEpoch = session.Prepare(RevocationTable.RaiseEpoch);
        _deleteExpired = session.Prepare(
            "DELETE FROM access_token WHERE hash IN " +
            "(SELECT hash FROM access_token WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)");
    }

    /// <summary>Adds a token.</summary>
    public void Insert(AccessTokenRow row) => _insert.Start()
        .Bind(row.Hash).Bind((int)row.Kind).Bind(row.SignerId).Bind(row.ClientId).Bind(row.GrantId)
        .Bind(row.ExpiresAt).Bind(row.Revoked ? 1 : 0)
        .Execute();

    /// <summary>The token with this hash, revoked or expired ones too, or null.</summary>
    public AccessTokenRow? Find(ReadOnlySpan<byte> hash)
    {
        using var rows = _find.Start().Bind(hash).Rows();
        return !rows.Next()
            ? null
            : new AccessTokenRow(
                rows.Bytes(0),
                (AccessTokenKind)rows.Int32(1),
                rows.Guid(2),
                rows.Guid(3),
                rows.Guid(4),
                rows.Int64(5),
                rows.Flag(6));
    }

    /// <summary>Withdraws one token, on all nodes (<see cref="RevocationTable"/>).</summary>
    /// <returns>False when there is none, or it was withdrawn before.</returns>
    public bool Revoke(ReadOnlySpan<byte> hash) => Raise(_revoke.Start().Bind(hash).Execute()) == 1;

    /// <summary>Uses a refresh token up, which nobody remembers: no node need be told.</summary>
    /// <returns>False when there is none, or it was withdrawn before.</returns>
    public bool UseUp(ReadOnlySpan<byte> hash) => _revoke.Start().Bind(hash).Execute() == 1;

    /// <summary>Withdraws every token of one sign-in.</summary>
    /// <returns>How many.</returns>
    public int RevokeGrant(Guid grantId) => Raise(_revokeGrant.Start().Bind(grantId).Execute());

    /// <summary>Withdraws every token of one signer. Reads the whole table: for rare, administrative use.</summary>
    /// <returns>How many.</returns>
    public int RevokeSigner(Guid signerId) => Raise(_revokeSigner.Start().Bind(signerId).Execute());

    /// <summary>Withdraws every token of one client. Reads the whole table: for rare, administrative use.</summary>
    /// <returns>How many.</returns>
    public int RevokeClient(Guid clientId) => Raise(_revokeClient.Start().Bind(clientId).Execute());

    /// <summary>Removes tokens that expired at or before <paramref name="now"/>, oldest first.</summary>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="limit">At most this many, so that no commit is held up.</param>
    /// <returns>How many.</returns>
    public int DeleteExpired(long now, int limit) => _deleteExpired.Start().Bind(now).Bind(limit).Execute();

    private int Raise(int revoked)
    {
        if (revoked > 0)
        {
            _raiseEpoch.Start().Execute();
        }

        return revoked;
    }
}
