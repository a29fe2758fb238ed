using System.Text.Json;

namespace Appliance.Factors.Tests.Notifying;

/// <summary>A request that came to <see cref="WebhookEnd"/>.</summary>
internal sealed record WebhookCall(
    string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body, JsonElement Json);
