namespace Appliance.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [Fact]
    public void What_was_committed_is_there_after_reopening()
    {
        Writer.Begin();
        Writer.Meta.Set("kept", "yes");
        Writer.Commit();
        Writer.Begin();
        Writer.Meta.Set("lost", "yes");

        _temporary.Reopen();

        Assert.Equal("yes", _temporary.Store.Read(c => c.Meta.Get("kept")));
        Assert.Null(_temporary.Store.Read(c => c.Meta.Get("lost")));
    }

    [Fact]
    public void A_savepoint_undoes_only_what_follows_it()
    {
        Writer.Begin();
        Writer.Meta.Set("first", "1");
        Writer.Savepoint();
        Writer.Meta.Set("second", "2");
        Writer.UndoSavepoint();
        Writer.Commit();

        Assert.Equal("1", Writer.Meta.Get("first"));
        Assert.Null(Writer.Meta.Get("second"));
    }

    [Fact]
    public void Readers_see_one_moment_and_cannot_write()
    {
        Writer.Meta.Set("k", "old");

        var seen = _temporary.Store.Read(connection =>
        {
            var before = connection.Meta.Get("k");
            Writer.Meta.Set("k", "new");
            return (before, after: connection.Meta.Get("k"));
        });
        var error = Assert.Throws<StoreException>(() => _temporary.Store.Read(c =>
        {
            c.Meta.Set("k", "worse");
            return 0;
        }));

        Assert.Equal(("old", "old"), seen);
        // A PostgreSQL server that only reads is one that has handed over to another: come back later.
        Assert.True(error.Failure is StoreFailure.ReadOnly or StoreFailure.Unavailable);
        Assert.Equal("new", _temporary.Store.Read(c => c.Meta.Get("k")));
    }

    [Fact]
    public void What_is_rolled_back_is_gone_from_every_table()
    {
        AddCredential();
        var credential = Writer.Credentials.ListBySigner(_signer)[0].Id;
        var incarnation = BeginIncarnation();
        Writer.Begin();
        var sequence = Writer.Activations.Insert(Activation(credential, total: 2));
        Writer.ActivationHashes.Insert(sequence, 0, Hash(1), 5);
        Writer.Reservations.Insert(incarnation, NewId(), NewId(), [0]);
        Writer.Audit.Append(Record("some.event"));
        Writer.Credentials.SetState(credential, CredentialState.Suspended);

        Writer.Rollback();

        Assert.False(Writer.InTransaction);
        _temporary.Store.Read(c =>
        {
            Assert.Equal(default, c.Activations.Tally());
            Assert.Empty(c.Reservations.List(incarnation, 10));
            Assert.Empty(c.Audit.Read(All()));
            Assert.Equal(CredentialState.Enabled, c.Credentials.Find(credential)!.State);
            return 0;
        });
    }

    [Fact]
    public void A_transaction_goes_on_after_a_constraint_error_in_a_savepoint()
    {
        var row = AddSigner("a");
        Writer.Begin();
        Writer.Meta.Set("first", "1");
        Writer.Savepoint();
        Assert.Throws<StoreException>(() => Writer.Signers.Insert(row));
        Writer.UndoSavepoint();
        Writer.Savepoint();
        Writer.Meta.Set("second", "2");
        Writer.KeepSavepoint();
        Writer.Commit();

        Assert.Equal("1", Writer.Meta.Get("first"));
        Assert.Equal("2", _temporary.Store.Read(c => c.Meta.Get("second")));
    }
}
