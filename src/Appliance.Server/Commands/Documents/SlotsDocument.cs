using System.Text.Json.Serialization;

namespace Appliance.Server.Commands.Documents;

/// <summary>The answer of `slots`, and of `slots drain` and `slots resume` about those that were ordered.</summary>
/// <param name="Node">serving; leaving while a node that is being drained still signs; drained.</param>
/// <param name="Slots">In the order of the settings.</param>
internal sealed record SlotsDocument(
    [property: JsonPropertyName("node")] string Node,
    [property: JsonPropertyName("slots")] IReadOnlyList<SlotDocument> Slots);
