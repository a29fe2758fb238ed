using System.Globalization;
using System.Reflection;
using Appliance.Factors;
using Appliance.Identity;
using Appliance.Server.Admin;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Commands.Timestamps;

namespace Appliance.Server.Commands;

/// <summary>`status`: what a running server is at, for whoever is called at three in the morning.</summary>
internal static class StatusCommand
{
    public static AdminCommand Build(CommandEnvironment environment)
    {
        var command = new AdminCommand("status", "Tells how a running server is.", AdminRoles.None, changes: false);
        command.SetAction(environment, (parsed, _) =>
        {
            Answer(CommandReply.For(parsed, environment), Describe(RunningServer.Of(parsed, environment)));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }

    private static StatusDocument Describe(LiveAppliance live)
    {
        return new StatusDocument
        {
            Version = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3) ?? "",
            Pid = Environment.ProcessId,
            StartedAt = live.StartedAt,
            UptimeSeconds = (long)(live.Composition.Time.GetUtcNow() - live.StartedAt).TotalSeconds,
            Store = live.Composition.Store.Location,
            Healthy = live.Parts.Slots.IsServing,
            Slots = SlotStatuses.Describe(live.Parts.Desk.Report()),
            CallsInFlight = live.CallsInFlight(),
            AuditSeal = live.Audit.Sealer.Last?.Number,
            AuditSealedAt = live.Audit.Sealer.Last is { } seal
                ? DateTimeOffset.FromUnixTimeMilliseconds(seal.At)
                : null,
            AuditSealObstacle = live.Audit.Sealer.Obstacle,
            AuditStampObstacle = live.Audit.Sealer.TimestampObstacle,
            AuditExports =
            [
                .. live.Audit.Exports.Select(
                    export => new AuditExportDocument(export.Name, export.Lag, export.Obstacle)),
            ],
            LedgerWaiting = live.Composition.Loop.Waiting,
            Commits = live.Composition.Loop.Commits,
            Clock = live.Timestamps is { } timestamps ? ClockReport.Describe(timestamps.Clock) : null,
            Notices = DescribeNotices(live),
            TimestampUnits = UnitStatus.Describe(live),
        };
    }

    private static NoticesDocument DescribeNotices(LiveAppliance live)
    {
        var backlog = live.Composition.Store.Read(static connection => connection.Notices.ReadBacklog());
        var status = live.Notifier?.Status ?? new NotifierStatus(0, 0, 0, 0, null);
        var now = live.Composition.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return new NoticesDocument
        {
            Waiting = backlog.Waiting,
            Tried = backlog.Tried,
            OldestSeconds = backlog.OldestAt is { } at ? Math.Max(0, now - at) / 1_000 : null,
            InDelivery = status.InDelivery,
            Delivered = status.Delivered,
            GivenUp = status.GivenUp,
            LastFault = status.LastFault,
        };
    }

    private static void Answer(CommandReply reply, StatusDocument status)
    {
        if (reply.Json)
        {
            reply.Write(status, CommandJson.Default.StatusDocument);
            return;
        }

        reply.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"Process {status.Pid}, release {status.Version}, serves since {status.StartedAt:u} "
            + $"({TimeSpan.FromSeconds(status.UptimeSeconds)}) on {status.Store}."));
        reply.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"Calls in flight {status.CallsInFlight}; waiting for a commit {status.LedgerWaiting}; "
            + $"commits {status.Commits}."));
        var notices = status.Notices;
        var oldest = notices.OldestSeconds is { } age ? $", the oldest for {TimeSpan.FromSeconds(age)}" : "";
        var fault = notices.LastFault is { } last ? $"; last fault {last}" : "";
        reply.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"Messages waiting {notices.Waiting}{oldest}; tried in vain so far {notices.Tried}; delivered "
            + $"{notices.Delivered}, given up {notices.GivenUp}{fault}."));
        reply.Say(status.AuditSealObstacle is { } obstacle
            ? $"The audit trail is NOT SEALED: {obstacle}"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Audit seal {status.AuditSeal?.ToString(CultureInfo.InvariantCulture) ?? "none yet"}"
                + $"{(status.AuditSealedAt is { } at ? $" of {at:u}" : "")}."));
        if (status.AuditStampObstacle is { } missing)
        {
            reply.Say($"Audit seals have NO TIME STAMPS: {missing}.");
        }

        foreach (var export in status.AuditExports)
        {
            reply.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"Audit export {export.Name}: {export.Lag} records behind"
                + $"{(export.Obstacle is { } why ? $"; it does not deliver: {why}" : "")}."));
        }

        foreach (var line in status.Clock is { } clock ? ClockReport.Summarise(clock) : [])
        {
            reply.Say(line);
        }

        SlotStatuses.Answer(reply, status.Slots);
        UnitStatus.Answer(reply, status.TimestampUnits);
    }
}
