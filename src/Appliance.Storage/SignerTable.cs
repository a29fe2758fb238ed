using Appliance.Storage.Sql;

namespace Appliance.Storage;

/// <summary>The signers.</summary>
public sealed class SignerTable
{
    private const string Columns = "id, user_name, display_name, password, state, created_at";

    private readonly Statement _insert;
    private readonly Statement _find;
    private readonly Statement _findByName;
    private readonly Statement _stateOf;
    private readonly Statement _list;
    private readonly Statement _setPassword;
    private readonly Statement _setState;
    private readonly Statement _limit;
    private readonly Statement _restore;
    private readonly Statement _lock;
    private readonly Statement _restrict;
    private readonly Statement _lift;
    private readonly Statement _erase;
    private readonly Statement _raiseEpoch;

    internal SignerTable(SqlSession session)
    {
        _insert = session.Prepare(
            $"INSERT INTO signer ({Columns}, user_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _find = session.Prepare($"SELECT {Columns} FROM signer WHERE id = ?1");
        _stateOf = session.Prepare("SELECT state FROM signer WHERE id = ?1");
        _findByName = session.Prepare($"SELECT {Columns} FROM signer WHERE user_key = ?1");
        _list = session.Prepare($"SELECT {Columns} FROM signer WHERE id > ?1 ORDER BY id LIMIT ?2");
        _setPassword = session.Prepare("UPDATE signer SET password = ?2 WHERE id = ?1");
        _setState = session.Prepare("UPDATE signer SET state = ?2 WHERE id = ?1");
        _limit = session.Prepare(
            "UPDATE signer SET state = CASE state WHEN 2 THEN 2 ELSE 1 END, " +
            "state_before = CASE state WHEN 2 THEN 1 ELSE state_before END WHERE id = ?1 AND state <> 3");
        _restore = session.Prepare("UPDATE signer SET state = 0 WHERE id = ?1 AND state = 1");
        _restrict = session.Prepare(
            "UPDATE signer SET state_before = state, state = 2 WHERE id = ?1 AND state IN (0, 1)");
        _lift = session.Prepare("UPDATE signer SET state = state_before WHERE id = ?1 AND state = 2");
        _erase = session.Prepare(
            "UPDATE signer SET user_name = ?2, user_key = ?3, display_name = ?2, password = NULL, state = 3, " +
            "state_before = 3 WHERE id = ?1");
        _lock = session.Prepare("UPDATE signer SET state = state WHERE id = ?1");
        _raiseEpoch = session.Prepare(RevocationTable.RaiseEpoch);
    }

    /// <summary>Adds a signer.</summary>
    /// <exception cref="StoreException">The user name is taken (<see cref="StoreFailure.Constraint"/>).</exception>
    public void Insert(SignerRow row) => _insert.Start()
        .Bind(row.Id).Bind(row.UserName).Bind(row.DisplayName).Bind(row.Password)
        .Bind((int)row.State).Bind(row.CreatedAt).Bind(KeyOf(row.UserName))
        .Execute();

    /// <summary>The signer with this id, or null.</summary>
    public SignerRow? Find(Guid id) => One(_find.Start().Bind(id));

    /// <summary>The signer with this user name, upper and lower case alike, or null.</summary>
    public SignerRow? FindByUserName(string userName) => One(_findByName.Start().Bind(KeyOf(userName)));

    /// <summary>What the signer may do; null when there is none.</summary>
    public SignerState? StateOf(Guid id)
    {
        using var rows = _stateOf.Start().Bind(id).Rows();
        return rows.Next() ? (SignerState)rows.Int32(0) : null;
    }

    /// <summary>A page of signers, oldest first.</summary>
    /// <param name="after">The last id of the page before; empty for the first page.</param>
    /// <param name="limit">At most this many.</param>
    public IReadOnlyList<SignerRow> List(Guid after = default, int limit = 1_000)
    {
        using var rows = _list.Start().Bind(after).Bind(limit).Rows();
        var result = new List<SignerRow>();
        while (rows.Next())
        {
            result.Add(Read(rows));
        }

        return result;
    }

    /// <summary>Replaces the password's digest.</summary>
    /// <returns>False when there is no such signer.</returns>
    public bool SetPassword(Guid id, byte[] password) => _setPassword.Start().Bind(id).Bind(password).Execute() == 1;

    /// <summary>
    /// Changes what the signer may do; the tokens of a limited one are good on no node (<see cref="RevocationTable"/>).
    /// </summary>
    /// <returns>False when there is no such signer.</returns>
    public bool SetState(Guid id, SignerState state)
        => Raised(_setState.Start().Bind(id).Bind((int)state).Execute() == 1);

    /// <summary>
    /// Limits a signer; one that is restricted stays so and is limited when that is lifted. Its tokens are good on no
    /// node (<see cref="RevocationTable"/>).
    /// </summary>
    /// <returns>False when it is erased, or there is none.</returns>
    public bool Limit(Guid id) => Raised(_limit.Start().Bind(id).Execute() == 1);

    /// <summary>Makes a limited signer active.</summary>
    /// <returns>False when it is not limited (it may be restricted), or there is none.</returns>
    public bool Restore(Guid id) => Raised(_restore.Start().Bind(id).Execute() == 1);

    /// <summary>Restricts a signer that is active or limited, and remembers which.</summary>
    /// <returns>False when it is neither, or there is none.</returns>
    public bool Restrict(Guid id) => _restrict.Start().Bind(id).Execute() == 1;

    /// <summary>Makes a restricted signer what it was before.</summary>
    /// <returns>False when it is not restricted, or there is none.</returns>
    public bool LiftRestriction(Guid id) => _lift.Start().Bind(id).Execute() == 1;

    /// <summary>Puts a pseudonym in the place of the signer's names, removes its password, ends it.</summary>
    public void Erase(Guid id, string pseudonym)
        => _erase.Start().Bind(id).Bind(pseudonym).Bind(KeyOf(pseudonym)).Execute();

    /// <summary>Keeps everybody else from changing the signer until the transaction ends: common SQL's lock.</summary>
    /// <returns>False when there is no such signer.</returns>
    public bool Lock(Guid id) => _lock.Start().Bind(id).Execute() == 1;

    private bool Raised(bool changed)
    {
        _raiseEpoch.Start().Execute();
        return changed;
    }

    private static string KeyOf(string userName) => userName.ToUpperInvariant();

    private static SignerRow? One(Statement statement)
    {
        using var rows = statement.Rows();
        return rows.Next() ? Read(rows) : null;
    }

    private static SignerRow Read(Rows rows) => new(
        rows.Guid(0),
        rows.Text(1),
        rows.Text(2),
        rows.NullableBytes(3),
        (SignerState)rows.Int32(4),
        rows.Int64(5));
}
