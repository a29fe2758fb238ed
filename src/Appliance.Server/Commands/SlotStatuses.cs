using System.Globalization;
using System.Text.Json;
using Appliance.Pkcs11;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Hosting.Slots;

namespace Appliance.Server.Commands;

/// <summary>The group's slots in the answer of `status`.</summary>
internal static class SlotStatuses
{
    private const string Absent = "absent";

    public static IReadOnlyList<SlotDocument> Describe(ServingSlots slots)
        => [.. slots.Report().Select(Describe)];

    public static void Answer(CommandReply reply, IReadOnlyList<SlotDocument> slots)
    {
        reply.Table(
            ["Slot", "Token", "State", "Sessions", "Waiting", "In flight", "Last error"],
            slots.Select(slot => new[]
            {
                slot.Slot,
                slot.Token,
                slot.Healthy ? slot.State : slot.State.ToUpperInvariant(),
                slot.Sessions.ToString(CultureInfo.InvariantCulture),
                slot.Waiting.ToString(CultureInfo.InvariantCulture),
                slot.InFlight.ToString(CultureInfo.InvariantCulture),
                slot.LastError ?? "",
            }));
        foreach (var slot in slots.Where(slot => slot.Obstacle is not null))
        {
            reply.Say($"The slot {slot.Slot} is ABSENT: {slot.Obstacle}");
        }
    }

    private static SlotDocument Describe(SlotReport report) => new()
    {
        Slot = report.Slot.Name,
        Token = report.Status?.Token.ToString() ?? report.Slot.Settings.Token,
        State = report.Status is { } status ? JsonNamingPolicy.CamelCase.ConvertName(status.State.ToString()) : Absent,
        Healthy = report.Status?.Healthy ?? false,
        Hosting = report.Slot.Settings.Hosting,
        Profile = report.Status?.Profile,
        Sessions = report.Status?.Sessions ?? 0,
        Waiting = report.Status?.Queued ?? 0,
        InFlight = report.Status?.InFlight ?? 0,
        LastError = report.Status is { LastError: not 0 and var error } ? Pkcs11ReturnValue.NameOf(error) : null,
        Obstacle = report.Status is null ? report.Slot.Obstacle : null,
    };
}
