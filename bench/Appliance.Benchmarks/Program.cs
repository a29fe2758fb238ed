using System.Globalization;
using Appliance.Benchmarks.Ledger;
using Appliance.Benchmarks.Scale;
using Appliance.Benchmarks.Wrapped;
using Appliance.Storage;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Appliance.Benchmarks;

/// <summary>
/// <c>dotnet run -c Release --project bench/Appliance.Benchmarks -- --filter '*'</c>, with <c>--quick</c> for a short
/// run; <c>-- --cpu</c> prints processor time per signature instead, for machines that others load,
/// <c>-- --timestamp-cpu</c> that of a time stamp, <c>-- --ledger</c> that of the ledger (<c>--ledger-postgres
/// CONNECTION WRITERS</c> over PostgreSQL, see load/ledger.sh); <c>-- --ledger-size</c> compares small activations with
/// large ones, <c>-- --audit RECORDS [CONNECTION]</c> verifies an audit trail, <c>-- --fill STORE CREDENTIALS
/// RECORDS</c> fills a store and <c>-- --scale STORE CREDENTIALS</c> compares it with an empty one (load/scale.sh does
/// both); <c>-- --wrapped STORE CREDENTIALS KEYS</c> measures keys that the store keeps (load/wrapped.sh).
/// In process: a generated project would not find our build settings, and PKCS#11 wants one process anyway.
/// </summary>
internal static class Program
{
    private static void Main(string[] args)
    {
        if (args.Contains("--cpu", StringComparer.Ordinal))
        {
            CpuCost.Print();
            return;
        }

        if (args.Contains("--timestamp-cpu", StringComparer.Ordinal))
        {
            TimestampCpuCost.Print();
            return;
        }

        if (args.Contains("--ledger", StringComparer.Ordinal))
        {
            LedgerCost.Print().GetAwaiter().GetResult();
            return;
        }

        if (args.Contains("--ledger-size", StringComparer.Ordinal))
        {
            SizeCost.Print().GetAwaiter().GetResult();
            return;
        }

        if (args is ["--ledger-postgres", var connection, var writers])
        {
            LedgerCost.PrintPostgres(connection, Number(writers)).GetAwaiter().GetResult();
            return;
        }

        if (args is ["--audit", var trail, .. var at])
        {
            var postgres = at is [var database] ? new PostgresOptions { ConnectionString = database } : null;
            AuditCost.Print(Number(trail), postgres).GetAwaiter().GetResult();
            return;
        }

        if (args is ["--fill", var filled, var credentials, var auditRecords])
        {
            StoreFill.Run(filled, Number(credentials), Number(auditRecords));
            return;
        }

        if (args is ["--wrapped", var wrapped, var rows, var keys])
        {
            WrappedCost.Print(wrapped, Number(rows), Number(keys));
            return;
        }

        if (args is ["--scale", var full, var present])
        {
            ScaleCost.Print(full, Number(present)).GetAwaiter().GetResult();
            return;
        }

        var quick = args.Contains("--quick", StringComparer.Ordinal);
        var job = (quick ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(ConsoleLogger.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddColumn(StatisticColumn.OperationsPerSecond)
            .AddExporter(MarkdownExporter.GitHub)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .WithOptions(ConfigOptions.DisableOptimizationsValidator);
        string[] rest = [.. args.Where(argument => !string.Equals(argument, "--quick", StringComparison.Ordinal))];
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(rest, config);
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
