using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Appliance.Grpc.TestService;

namespace Appliance.Grpc.Tests.Strangers;

/// <summary>One run of a client through all cases, against a test service of its own.</summary>
public abstract class StrangerRun : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Dictionary<string, CaseResult> _results = new(StringComparer.Ordinal);
    private string _otherOutput = "";

    /// <summary>The repository: clients and .proto files are run and read where they lie.</summary>
    protected static string Root { get; } = FindRoot();

    internal IEnumerable<string> Cases => _results.Keys;

    /// <summary>Null when the case went well.</summary>
    internal string? ErrorOf(string name) => _results.TryGetValue(name, out var result)
        ? result.Error
        : $"The client did not run {name}. It said: {_otherOutput}";

    public async ValueTask InitializeAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(s_patience);
        await using var host = await TestServiceHost.StartAsync(
            new GrpcServerOptions(), cancellationToken: patience.Token);

        var start = Client();
        start.ArgumentList.Add(host.Port.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(Path.Combine(Root, "tests", "Appliance.Grpc.TestService", "Protos"));
        start.ArgumentList.Add(Path.Combine(Root, "proto"));
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                var result = JsonSerializer.Deserialize<CaseResult>(line, JsonSerializerOptions.Web)!;
                _results.Add(result.Case, result);
            }

            _otherOutput = await errors;
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            _otherOutput = $"nothing more for {s_patience}";
        }
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>The program and its script; port and folders of .proto files follow.</summary>
    /// <exception cref="InvalidOperationException">It is not installed; says how it is.</exception>
    protected abstract ProcessStartInfo Client();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Appliance.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Appliance.sln is in no folder above " + AppContext.BaseDirectory);
    }
}
