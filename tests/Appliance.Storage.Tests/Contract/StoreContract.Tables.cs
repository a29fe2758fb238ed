namespace Appliance.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public void A_signer_is_found_by_name_without_regard_to_case()
    {
        var row = AddSigner("Jürgen");

        Assert.Equal(row, Writer.Signers.FindByUserName("JÜRGEN"));
        Assert.Equal(row, Writer.Signers.Find(_signer));
        Assert.Null(Writer.Signers.FindByUserName("jurgen"));
        var error = Assert.Throws<StoreException>(() => Writer.Signers.Insert(row with { Id = NewId() }));
        Assert.Equal(StoreFailure.Constraint, error.Failure);
    }

    [Fact]
    public void A_signer_can_be_limited_and_given_a_password()
    {
        AddSigner("a");

        Assert.True(Writer.Signers.SetState(_signer, SignerState.Limited));
        Assert.True(Writer.Signers.SetPassword(_signer, [1, 2, 3]));
        Assert.False(Writer.Signers.SetState(NewId(), SignerState.Limited));

        var row = Assert.Single(Writer.Signers.List());
        Assert.Equal(SignerState.Limited, row.State);
        Assert.Equal([1, 2, 3], row.Password!);
    }

    [Fact]
    public void A_wrapped_key_comes_back_as_it_was()
    {
        var row = AddCredential() with
        {
            Id = NewId(),
            WrappingKeyId = [1, 2, 3],
            WrappedKey = [.. Enumerable.Range(0, 2_400).Select(number => (byte)(number % 251))],
        };
        Writer.Credentials.Insert(row);
        Assert.Equivalent(row, Writer.Credentials.Find(row.Id), strict: true);
        Assert.Contains(Writer.Credentials.ListBySigner(_signer), one => one.WrappedKey.Length == 0);
    }

    [Fact]
    public void A_credential_keeps_every_field_and_each_change_raises_its_version()
    {
        var row = AddCredential();

        Assert.Equivalent(row, Writer.Credentials.Find(row.Id), strict: true);
        Assert.True(Writer.Credentials.SetCertificates(row.Id, [[9], [8], [7]], 5, 6));
        Assert.True(Writer.Credentials.SetState(row.Id, CredentialState.Suspended));
        var changed = Assert.Single(Writer.Credentials.ListBySigner(_signer));

        Assert.Equal(row.Version + 2, changed.Version);
        Assert.Equal(CredentialState.Suspended, changed.State);
        Assert.Equal<IEnumerable<byte>>([[9], [8], [7]], changed.Certificates);
        Assert.Equal((5L, 6L), (changed.NotBefore, changed.NotAfter));
    }

    [Fact]
    public void Lists_go_on_after_the_last_id_of_a_page()
    {
        var ids = Enumerable.Range(0, 5).Select(_ => AddCredential().Id).Order().ToList();

        var first = Writer.Credentials.List(limit: 3).Select(c => c.Id).ToList();
        var second = Writer.Credentials.List(first[^1], 3).Select(c => c.Id).ToList();

        Assert.Equal(ids, [.. first, .. second]);
    }

    [Fact]
    public void A_credential_needs_its_signer()
    {
        AddSigner("a");
        var row = AddCredential() with { Id = NewId(), SignerId = NewId() };

        var error = Assert.Throws<StoreException>(() => Writer.Credentials.Insert(row));

        Assert.Equal(StoreFailure.Constraint, error.Failure);
    }

    [Fact]
    public void The_newest_factor_that_is_not_void_is_found()
    {
        AddSigner("a");
        var old = new FactorRow(NewId(), _signer, FactorState.Active, [1], 1, 6, 30, 7, 2, 100);
        var newer = old with { Id = NewId(), State = FactorState.Pending, Secret = new byte[600], CreatedAt = 101 };
        Writer.Factors.Insert(old);
        Writer.Factors.Insert(newer);

        Assert.Equivalent(newer, Writer.Factors.FindBySigner(_signer), strict: true);
        Assert.True(Writer.Factors.Update(newer with { State = FactorState.Void }));
        Assert.Equivalent(old, Writer.Factors.FindBySigner(_signer), strict: true);
    }

    [Fact]
    public void Tokens_are_revoked_alone_or_with_their_grant_and_go_when_expired()
    {
        var grant = NewId();
        for (byte i = 0; i < 4; i++)
        {
            Writer.AccessTokens.Insert(
                new AccessTokenRow([i], AccessTokenKind.Refresh, _signer, NewId(), grant, 100 + i, false));
        }

        Assert.True(Writer.AccessTokens.Revoke([0]));
        Assert.False(Writer.AccessTokens.Revoke([0]));
        Assert.Equal(3, Writer.AccessTokens.RevokeGrant(grant));
        Assert.Equal(1, Writer.AccessTokens.DeleteExpired(101, 1));
        Assert.Equal(1, Writer.AccessTokens.DeleteExpired(101, 10));
        Assert.Null(Writer.AccessTokens.Find([1]));
        Assert.True(Writer.AccessTokens.Find([2])!.Revoked);
    }

    [Fact]
    public void A_credential_goes_from_the_state_that_it_is_in_only()
    {
        var row = AddCredential();

        Assert.False(Writer.Credentials.ChangeState(
            row.Id, CredentialState.Suspended, CredentialState.Disabled));
        Assert.True(Writer.Credentials.ChangeState(row.Id, CredentialState.Enabled, CredentialState.Disabled));

        var found = Writer.Credentials.Find(row.Id)!;
        Assert.Equal((CredentialState.Disabled, row.Version + 1), (found.State, found.Version));
        Assert.False(Writer.Credentials.ChangeState(NewId(), CredentialState.Enabled, CredentialState.Disabled));
    }

    [Fact]
    public void Admins_are_kept_by_name_and_replaced()
    {
        Writer.Admins.Upsert(new AdminRow("ion", 7, AdminState.Active, 1, 2, [1, 2]));
        Writer.Admins.Upsert(new AdminRow("Ana", 1, AdminState.Active, 3, 4, []));
        Writer.Admins.Upsert(new AdminRow("ion", 0, AdminState.Removed, 5, 6, [3]));

        var ion = Writer.Admins.Find("ion")!;
        Assert.Equal((0, AdminState.Removed, 5L, 6L), (ion.Roles, ion.State, ion.CreatedAt, ion.ChangedAt));
        Assert.Equal([3], ion.Mac);
        Assert.Empty(Writer.Admins.Find("Ana")!.Mac);
        Assert.Null(Writer.Admins.Find("ana"));
        Assert.Equal(2, Writer.Admins.List().Count);
    }

    [Fact]
    public void Root_keys_refused_pins_and_facts_come_back()
    {
        Writer.RootKeys.Insert(new RootKeyRow(0, "s1", 3, [1], [], [2, 2], 1, 50));
        Writer.RefusedPins.Upsert(new RefusedPinRow("s1", [1], 10, [2], 5));
        Writer.RefusedPins.Upsert(new RefusedPinRow("s1", [3], 20, [4], 6));
        Writer.Meta.Set("k", "");

        Assert.Equal([2, 2], Assert.Single(Writer.RootKeys.List()).Wrapped);
        Assert.Equal(20, Writer.RefusedPins.Find("s1")!.Iterations);
        Assert.True(Writer.RefusedPins.Delete("s1"));
        Assert.Null(Writer.RefusedPins.Find("s1"));
        Assert.Equal("", Writer.Meta.Get("k"));
    }
}
