using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Appliance.Server.Options;

/// <summary>
/// Binds the settings and checks them. Nothing is taken on trust and nothing stops at the first error: an unknown name
/// (a typo), a value of the wrong kind and a rule broken are all told together.
/// </summary>
internal static class OptionsReader
{
    /// <exception cref="OptionsException">Something is wrong; all of it is told.</exception>
    public static ApplianceOptions Read(IConfiguration configuration)
    {
        var errors = new List<string>();
        var options = new ApplianceOptions();
        Bind(configuration, options, "", errors);
        OptionsRules.Check(options, errors);
        return errors.Count == 0 ? options : throw new OptionsException(errors);
    }

    private static void Bind(IConfiguration configuration, object target, string path, List<string> errors)
    {
        foreach (var section in configuration.GetChildren())
        {
            var name = path + section.Key;
            var property = target.GetType().GetProperty(
                section.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            if (property is null)
            {
                errors.Add($"{name}: there is no such setting. {Known(target, path)}");
            }
            else if (property.PropertyType.Namespace == typeof(ApplianceOptions).Namespace)
            {
                if (section.Value is not null)
                {
                    errors.Add($"{name}: is a section; give it an object.");
                }

                Bind(section, property.GetValue(target)!, $"{name}:", errors);
            }
            else if (property.GetValue(target) is IDictionary named)
            {
                BindNamed(section, named, property.PropertyType.GetGenericArguments()[1], name, errors);
            }
            else
            {
                Set(property, target, section, name, errors);
            }
        }
    }

    /// <summary>Sections of one kind, or texts, each under a name of its own.</summary>
    private static void BindNamed(
        IConfigurationSection section, IDictionary named, Type kind, string path, List<string> errors)
    {
        foreach (var item in section.GetChildren())
        {
            if (kind == typeof(string))
            {
                named.Add(item.Key, item.Value ?? "");
                continue;
            }

            if (item.Value is not null)
            {
                errors.Add($"{path}:{item.Key}: is a section; give it an object.");
            }

            var value = Activator.CreateInstance(kind)!;
            Bind(item, value, $"{path}:{item.Key}:", errors);
            named.Add(item.Key, value);
        }
    }

    private static void Set(
        PropertyInfo property, object target, IConfigurationSection section, string name, List<string> errors)
    {
        var text = section.Value;
        if (text is null && ((IEnumerable)section.GetChildren()).GetEnumerator().MoveNext())
        {
            errors.Add($"{name}: is a single value; give it no object or list.");
        }
        else if (property.PropertyType == typeof(string))
        {
            property.SetValue(target, text);
        }
        else if (property.PropertyType == typeof(int)
            && int.TryParse(text, CultureInfo.InvariantCulture, out var number))
        {
            property.SetValue(target, number);
        }
        else if (property.PropertyType == typeof(bool) && bool.TryParse(text, out var flag))
        {
            property.SetValue(target, flag);
        }
        else
        {
            var kind = property.PropertyType == typeof(int) ? "a whole number" : "true or false";
            errors.Add($"{name}: must be {kind}.");
        }
    }

    private static string Known(object target, string path)
        => "Known here: " + string.Join(", ", target.GetType().GetProperties().Select(property => path + property.Name))
            + ".";
}
