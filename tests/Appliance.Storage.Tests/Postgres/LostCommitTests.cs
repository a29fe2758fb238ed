using Appliance.Tests.Shared.Postgres;
using Npgsql;

namespace Appliance.Storage.Tests.Postgres;

/// <summary>The connection ends in the middle of a COMMIT: it is looked up before anybody is told anything.</summary>
public sealed class LostCommitTests : IDisposable
{
    private readonly CuttingProxy _proxy = new(PostgresCluster.Shared.Port);
    private readonly Store _store;

    public LostCommitTests()
    {
        var settings = new NpgsqlConnectionStringBuilder(PostgresCluster.Shared.CreateDatabase());
        (settings.Host, settings.Port, settings.SslMode) = ("127.0.0.1", _proxy.Port, SslMode.Disable);
        _store = Store.Open(new StoreOptions
        {
            Postgres = new PostgresOptions
            {
                ConnectionString = settings.ConnectionString,
                Password = () => File.ReadAllText(PostgresCluster.Shared.PasswordFile).TrimEnd(),
                Writers = 1,
            },
        });
    }

    public void Dispose()
    {
        _store.Dispose();
        _proxy.Dispose();
    }

    [Fact]
    public void One_that_the_server_has_done_is_committed_although_its_answer_was_lost()
    {
        _store.Writer.Begin();
        _store.Writer.Meta.Set("k", "done");
        _proxy.CutWhenTheServerHasAnswered();

        _store.Writer.Commit();

        Assert.Equal(1, _proxy.Cuts);
        Assert.Equal("done", _store.Read(c => c.Meta.Get("k")));
        Write("k", "more");
    }

    [Fact]
    public void One_that_the_server_has_never_seen_is_not_committed_and_is_said_so()
    {
        _store.Writer.Begin();
        _store.Writer.Meta.Set("k", "never");
        _proxy.CutBeforeTheServerSeesIt();

        var error = Assert.Throws<StoreException>(_store.Writer.Commit);
        _store.Writer.Rollback();

        Assert.Equal(StoreFailure.Unavailable, error.Failure);
        Assert.Equal(1, _proxy.Cuts);
        Assert.Null(_store.Read(c => c.Meta.Get("k")));
        Write("k", "more");
    }

    /// <summary>The connection goes on by itself.</summary>
    private void Write(string key, string value)
    {
        _store.Writer.Begin();
        _store.Writer.Meta.Set(key, value);
        _store.Writer.Commit();
        Assert.Equal(value, _store.Read(c => c.Meta.Get(key)));
    }
}
