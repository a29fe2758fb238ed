using System.Diagnostics;
using System.Globalization;

namespace Appliance.Tests.Shared.Postgres;

/// <summary>
/// A throwaway PostgreSQL server with real durability, over <c>tests/postgres/cluster.sh</c>. It ends with this object,
/// and with this process however that ends. Test projects compile this file in by a link.
/// </summary>
internal sealed class PostgresCluster : IDisposable
{
    private static readonly Lazy<PostgresCluster> s_shared = new(Start);
    private static readonly string s_script = FindScript();

    private readonly Lazy<string> _database;
    private int _schemas;
    private bool _disposed;

    private PostgresCluster(string folder)
    {
        Folder = folder;
        _database = new Lazy<string>(() => Run("database", Folder, "tests").TrimEnd());
    }

    /// <summary>
    /// The one of this test assembly, started when it is first asked for. Nobody stops or kills it; the script ends it
    /// when this process has ended.
    /// </summary>
    public static PostgresCluster Shared => s_shared.Value;

    /// <summary>Where the script is.</summary>
    public static string ScriptFolder => Path.GetDirectoryName(s_script)!;

    /// <summary>Where its data, its log, its password and its socket are.</summary>
    public string Folder { get; }

    /// <summary>The loopback port.</summary>
    public int Port => int.Parse(
        File.ReadAllText(Path.Combine(Folder, "port")), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);

    /// <summary>Holds the password of connections over the loopback port.</summary>
    public string PasswordFile => Path.Combine(Folder, "password");

    /// <summary>What the server has logged.</summary>
    public string Log => File.ReadAllText(Path.Combine(Folder, "log"));

    /// <summary>Makes and starts one of the caller's own.</summary>
    public static PostgresCluster Start()
    {
        // The socket's path must be short: not in a folder of the test's.
        var folder = Directory.CreateTempSubdirectory("appliance-pg-").FullName;
        try
        {
            Run("up", folder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new PostgresCluster(folder);
        }
        catch
        {
            Run("down", folder);
            throw;
        }
    }

    /// <summary>
    /// A place that is a database of its own to who connects: an empty schema, owned by the role that a store connects
    /// as. A database costs a second on a busy disk, a schema nothing.
    /// </summary>
    /// <returns>A connection string over the Unix socket.</returns>
    public string CreateDatabase() => $"{_database.Value};Search Path={NewSchema()}";

    /// <summary>As <see cref="CreateDatabase"/>, over the loopback port, with <see cref="PasswordFile"/>.</summary>
    public string CreateDatabaseOverTcp() => $"{OverTcp(_database.Value)};Search Path={NewSchema()}";

    /// <summary>Runs statements as the superuser; rows come as lines, columns parted by |.</summary>
    /// <param name="connectionString">One that this class made.</param>
    /// <param name="sql">One or more statements.</param>
    public string Execute(string connectionString, string sql)
    {
        var schema = connectionString[(connectionString.LastIndexOf('=') + 1)..];
        return Run("sql", Folder, "tests", $"SET search_path = {schema}; {sql}").TrimEnd();
    }

    /// <summary>Changes a setting of the server that takes effect at once.</summary>
    public void Configure(string setting, string value)
    {
        Run("sql", Folder, "postgres", $"ALTER SYSTEM SET {setting} = {value}");
        Run("sql", Folder, "postgres", "SELECT pg_reload_conf()");
        while (Run("sql", Folder, "postgres", $"SHOW {setting}").TrimEnd() != value)
        {
            // The server reads its file again in its own time; each question is a session of its own.
        }
    }

    /// <summary>A fast shutdown: callers are cut off, what they had not committed is undone.</summary>
    public void Stop() => Run("stop", Folder);

    /// <summary>SIGKILL to every process of it at once; all are gone when this returns.</summary>
    public void Kill() => Run("kill", Folder);

    /// <summary>Starts it again; it takes connections when this returns.</summary>
    public void StartAgain() => Run("start", Folder);

    /// <summary>SIGSTOP to every process of it: connections stay open and nobody answers.</summary>
    public void Pause() => Run("pause", Folder);

    /// <summary>SIGCONT to every process of it.</summary>
    public void Resume() => Run("resume", Folder);

    /// <summary>Ends it and removes its folder.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Run("down", Folder);
        }
    }

    private string NewSchema() => string.Create(
        CultureInfo.InvariantCulture, $"s{Interlocked.Increment(ref _schemas)}");

    private string OverTcp(string connectionString)
        => connectionString.Replace($"Host={Folder}", "Host=127.0.0.1", StringComparison.Ordinal);

    private static string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(s_script, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"cluster.sh {arguments[0]}: {error.GetAwaiter().GetResult()}");
        }

        return output;
    }

    private static string FindScript()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "tests", "postgres", "cluster.sh");
            if (File.Exists(script))
            {
                return script;
            }
        }

        throw new InvalidOperationException("There is no tests/postgres/cluster.sh above " + AppContext.BaseDirectory);
    }
}
