# lint looks at a configuration as it does at a policy, and at the policies that it names.
cd "$WORK"
cp "$ROOT/samples/zonegate.xml" config.xml
sed -i "s|/etc/zonegate/policies.xml#tld|$ROOT/policies/tld.xml|" config.xml
zonegate policy lint config.xml
echo "exit status $?"
sed 's|<Target.*>/.*</Target>|<Target>/var/lib/zonegate/x</Target>|' config.xml >inside.xml
try zonegate policy lint inside.xml
sed '/<Notify>/,/<\/Notify>/d; /id="registry-ops"/d; /id="security"/d' config.xml >alone.xml
try zonegate policy lint alone.xml
sed 's|version="1"|version="2"|' config.xml | grep -v '^<?xml' >version.xml
try zonegate policy lint version.xml
chmod o+w config.xml
try zonegate policy lint config.xml
# It is no policy.
chmod o-w config.xml
try zonegate policy show config.xml
