using Appliance.Server.Commands;
using Appliance.Server.Commands.Documents;
using Appliance.Server.Hosting.Slots;
using Proto = Appliance.V1;

namespace Appliance.Server.Grpc;

/// <summary>Slots as messages of appliance.v1, by the description that commands have.</summary>
internal static class ProtoSlots
{
    public static Proto.SlotsResponse From(NodeService node, IEnumerable<SlotReport> reports)
    {
        var response = new Proto.SlotsResponse { Node = SlotStatuses.NameOf(node) };
        response.Slots.Add(reports.Select(static report => From(SlotStatuses.Describe(report))));
        return response;
    }

    /// <summary>What a watcher is told of at once: everything but what each signature changes.</summary>
    public static Proto.Slot WithoutCounters(Proto.Slot slot)
    {
        var rest = slot.Clone();
        (rest.Sessions, rest.InFlight, rest.Waiting, rest.LatencyMicroseconds, rest.Signatures) = (0, 0, 0, 0, 0);
        rest.ClearConcurrency();
        return rest;
    }

    private static Proto.Slot From(SlotDocument slot)
    {
        var message = new Proto.Slot
        {
            Slot_ = slot.Slot,
            Group = slot.Group,
            Hosting = slot.Hosting,
            State = slot.State,
            Drained = slot.Drained,
            Sessions = slot.Sessions,
            SessionLimit = slot.SessionLimit,
            InFlight = slot.InFlight,
            Waiting = slot.Waiting,
            LatencyMicroseconds = slot.LatencyMicroseconds,
            Signatures = slot.Signatures,
            WrongSignatures = slot.WrongSignatures,
            Hanging = slot.Hanging,
            Generation = slot.Generation,
        };
        if (slot is { Label: { } label, SerialNumber: { } serial })
        {
            (message.Label, message.SerialNumber) = (label, serial);
        }

        if (slot.Profile is { } profile)
        {
            message.Profile = profile;
        }

        if (slot.Concurrency is { } concurrency)
        {
            message.Concurrency = concurrency;
        }

        if (slot.LastError is { } error)
        {
            message.LastError = error;
        }

        if (slot.Obstacle is { } obstacle)
        {
            message.Obstacle = obstacle;
        }

        message.Errors.Add(slot.Errors.Select(
            static pair => new Proto.SlotError { ReturnValue = pair.Key, Count = pair.Value }));
        return message;
    }
}
